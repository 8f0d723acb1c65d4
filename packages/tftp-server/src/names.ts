import { TftpFault } from "./fault.ts";

/** Longest file name, in bytes, of the file systems in use (NAME_MAX). */
const MAX_NAME_BYTES = 255;

/** Ending of the hidden files in which transfers are kept until they are whole. */
export const PART_ENDING = ".part";

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The flat file name that a request means: one leading `/` and the configured prefix (`pnm/utsc`,
 * in any spelling of its outer slashes) are taken off.
 *
 * @throws TftpFault `NAME_REFUSED` for sub-folders, `.`, `..`, backslashes, control characters, text
 * that is not UTF-8, names over 255 bytes, and names of unfinished transfers (`.part`).
 */
export function flatName(nameBytes: Uint8Array, prefix = ""): string {
  let name: string;
  try {
    name = strictUtf8.decode(nameBytes);
  } catch (cause) {
    throw new TftpFault("NAME_REFUSED", "the file name is not UTF-8", { cause });
  }
  if (name.startsWith("/")) name = name.slice(1);
  const folder = prefix.replaceAll(/^\/+|\/+$/g, "");
  if (folder !== "" && name.startsWith(`${folder}/`)) name = name.slice(folder.length + 1);

  if (name === "") throw refused("is empty");
  if (name === "." || name === "..") throw refused("names a folder");
  if (/[/\\]/.test(name)) throw refused("has folders; names are flat here");
  if (/[\p{Cc}\p{Cf}]/u.test(name)) throw refused("has control characters");
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) throw refused(`is longer than ${MAX_NAME_BYTES} bytes`);
  if (name.endsWith(PART_ENDING)) throw refused(`ends in ${PART_ENDING}, which marks unfinished transfers`);
  return name;
}

/** The requested name for a log line or an event: printable and short. */
export function shownName(nameBytes: Uint8Array): string {
  return Buffer.from(nameBytes.subarray(0, MAX_NAME_BYTES))
    .toString("utf8")
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, "?");
}

function refused(why: string): TftpFault {
  return new TftpFault("NAME_REFUSED", `the file name ${why}`);
}
