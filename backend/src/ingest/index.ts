export { createFileCleaner, type FileCleanerOptions, type OwnFileCleaner } from "./cleaner.ts";
export { ConsumedFiles } from "./consumed-files.ts";
export type { DirectoryState } from "./directory-watch.ts";
export { type Ingest, type IngestOptions, startIngest } from "./ingest.ts";
