export { JobRunner } from "./job-runner.ts";
export { createMethods, type MethodServices } from "./methods.ts";
