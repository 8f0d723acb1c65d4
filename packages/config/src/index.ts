export { type BuildInfo, readBuildInfo } from "./build-info.ts";
export { configurationMarkdown, envExample } from "./document.ts";
export { ConfigError } from "./errors.ts";
export { comparableSettings, settingsFingerprints } from "./fingerprints.ts";
export {
  defaultRootDir,
  type EffectiveValue,
  flagOf,
  type InspectedConfig,
  type InspectedSetting,
  inspectConfig,
  type LoadedConfig,
  type LoadOptions,
  loadConfig,
} from "./load.ts";
export { createLogger, type Logger, type ProgramContext, runProgram, untilAborted } from "./program.ts";
export { reachableHost } from "./reachable-host.ts";
export { ensureEnvFile } from "./setup.ts";
export {
  type CommunityProfile,
  readSnmpProfiles,
  type SnmpProfile,
  type UserProfile,
} from "./snmp-profiles.ts";
export {
  type AgentPermission,
  type CmtsTarget,
  type Config,
  type Program,
  type SampleSettings,
  type TargetLimit,
  type Variable,
  variables,
} from "./variables.ts";
