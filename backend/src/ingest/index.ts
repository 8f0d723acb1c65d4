export { createFileCleaner, type FileCleanerOptions, type OwnFileCleaner } from "./cleaner.ts";
export { ConsumedFiles } from "./consumed-files.ts";
export type { DirectoryState } from "./directory-watch.ts";
export { startFetchedFiles } from "./fetched-files.ts";
export type { FileSource } from "./file-source.ts";
export { FileStatusPoll } from "./file-status-poll.ts";
export { startIngest } from "./ingest.ts";
