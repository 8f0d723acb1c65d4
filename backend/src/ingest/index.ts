export { createFileCleaner, type FileCleanerOptions, type OwnFileCleaner } from "./cleaner.ts";
export type { DirectoryState } from "./directory-watch.ts";
export { type Ingest, type IngestOptions, startIngest } from "./ingest.ts";
