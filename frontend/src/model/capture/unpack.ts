import { decodePnm, PnmDecodeError, unwrap, wrapperOf } from "@pnmlab/pnm-codec";

/** A file out of an archive, or the file itself where nothing wraps it. */
export interface FileMember {
  /** Its own name, without the archive's. */
  fileName: string;
  /** How to find it: `captures.zip!rxmer.bin.gz!rxmer.bin`. */
  path: string;
  /** Null where it could not be unpacked. */
  bytes: Uint8Array | null;
  /** What the file is in words, or why it cannot be had or read. */
  title: string;
  isReadable: boolean;
  /** What is odd about the wrapper. */
  anomalies: string[];
}

export interface UnpackedFile {
  wrapper: "gzip" | "zip" | null;
  members: FileMember[];
}

/** Beyond this many members the titles are left out: decoding them all would take longer than looking. */
const MOST_TITLES = 200;

/** The files within a file: itself, or the members of a gzip or zip file. Never throws for what it holds. */
export async function unpack(fileName: string, bytes: Uint8Array): Promise<UnpackedFile> {
  const wrapper = wrapperOf(bytes) ?? null;
  if (wrapper === null) return asItIs(fileName, bytes);
  const files = await unwrap(bytes, { fileName });
  const members = files.map((file, index): FileMember => {
    const name = file.fileName ?? file.path;
    const identity = { fileName: name.split("/").at(-1) ?? name, path: file.path };
    if (!file.ok) {
      return { ...identity, bytes: null, title: file.error.message, isReadable: false, anomalies: [] };
    }
    const shown =
      index < MOST_TITLES ? titleOf(identity.fileName, file.bytes) : { title: "", isReadable: true };
    return { ...identity, ...shown, bytes: file.bytes, anomalies: file.anomalies };
  });
  return { wrapper, members };
}

/** A file that nothing wraps, as its own only member. */
export function asItIs(fileName: string, bytes: Uint8Array): UnpackedFile {
  const member = { fileName, path: fileName, bytes, title: "", isReadable: true, anomalies: [] };
  return { wrapper: null, members: [member] };
}

function titleOf(fileName: string, bytes: Uint8Array): Pick<FileMember, "title" | "isReadable"> {
  try {
    return { title: decodePnm(bytes, { fileName }).title, isReadable: true };
  } catch (thrown) {
    if (thrown instanceof PnmDecodeError) return { title: thrown.message, isReadable: false };
    throw thrown;
  }
}
