export { agentMetrics } from "./metrics.ts";
export { type AgentReport, agentReport } from "./report.ts";
export { type HealthServer, startHealthServer } from "./server.ts";
