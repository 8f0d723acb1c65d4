export * from "./bits.ts";
export * from "./bulk.ts";
export * from "./discovery.ts";
export * from "./object.ts";
export * from "./poll-groups.ts";
export * from "./textual-conventions.ts";
export * from "./utsc.ts";
export * from "./utsc-profiles/index.ts";
