export * from "./audited-set.ts";
export { Policy, type PolicyOptions } from "./policy.ts";
export { profilesOf } from "./profiles.ts";
export { ProfilesWatch } from "./profiles-watch.ts";
export { policyOf } from "./settings.ts";
