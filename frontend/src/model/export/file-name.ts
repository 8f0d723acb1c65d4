/** Characters that every file system takes. */
function plain(text: string): string {
  return text
    .replace(/[^A-Za-z0-9.-]+/g, "-")
    .replace(/-+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
}

/** Name of a file that says port, time in UTC and what is in it: `cmts-1_us-conn-3-0_20261121T084251Z_traces.csv`. */
export function exportFileName(
  names: readonly string[],
  atMs: number,
  what: string,
  extension: string,
): string {
  const time = new Date(atMs)
    .toISOString()
    .replace(/[-:]/g, "")
    .replace(/\.\d+Z/, "Z");
  return `${[...names, time, what].map(plain).filter(Boolean).join("_")}.${extension}`;
}
