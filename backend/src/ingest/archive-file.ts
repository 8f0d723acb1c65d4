import { PnmLabError } from "@pnmlab/kit";
import type { CaptureSink } from "../contracts.ts";
import { isSameMark } from "./file-marks.ts";
import { MAX_CAPTURE_BYTES, readFile, statFile } from "./read-file.ts";

/**
 * Stores a file of the TFTP directory in the capture library as it is; an empty or absent one is nothing to store.
 *
 * @throws PnmLabError `ARCHIVE_CHANGED` where it is being written, `ARCHIVE_TOO_LARGE`, and what the library throws.
 */
export async function archiveFile(directory: string, fileName: string, sink: CaptureSink): Promise<void> {
  const mark = await statFile(directory, fileName);
  if (mark === undefined || mark.sizeBytes === 0) return;
  const modifiedAt = new Date(mark.modifiedAtMs);
  if (sink.knows(fileName, mark.sizeBytes, modifiedAt)) return;
  if (mark.sizeBytes > MAX_CAPTURE_BYTES) {
    throw new PnmLabError(
      "ARCHIVE_TOO_LARGE",
      `${fileName} of ${mark.sizeBytes} bytes is too large to archive`,
    );
  }
  const content = await readFile(directory, fileName, mark);
  if (content === undefined) return;
  if (!isSameMark(content, mark)) {
    throw new PnmLabError("ARCHIVE_CHANGED", `${fileName} was written while it was read`, {
      retryable: true,
    });
  }
  await sink.accept({ fileName, bytes: content.bytes, modifiedAt });
}
