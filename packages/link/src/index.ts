export * from "./request-manager.ts";
