export { Agent, type AgentOptions, type AgentState, startAgent } from "./agent.ts";
export {
  type AgentReport,
  agentMetrics,
  agentReport,
  type HealthServer,
  startHealthServer,
} from "./health/index.ts";
export type { AgentLog } from "./log.ts";
export { ProfilesWatch, policyOf, profilesOf } from "./policy/index.ts";
export { pollingOf } from "./polling/settings.ts";
export type { CommunityProfile, SnmpProfile } from "./snmp/index.ts";
export { tokenOf, wayOf } from "./way.ts";
