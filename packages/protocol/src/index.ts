export * from "./agent-link.ts";
export * from "./build.ts";
export * from "./errors.ts";
export * from "./frame.ts";
export * from "./live.ts";
export * from "./rest.ts";
export * from "./snmp.ts";
export * from "./utsc.ts";
