/** Hands a file to the browser's downloads. */
export function saveFile(name: string, parts: BlobPart[], type: string): void {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // A download that has not begun yet needs its address for a moment.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
