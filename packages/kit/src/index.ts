export * from "./backoff.ts";
export * from "./deadline.ts";
export * from "./emitter.ts";
export * from "./errors.ts";
export * from "./machine.ts";
export * from "./queue.ts";
export * from "./text.ts";
