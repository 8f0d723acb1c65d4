import { appendFile, readdir, readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { encodeRecord, OriginEncoder, RecordKind } from "@pnmlab/recording";
import { describe, expect, it } from "vitest";
import {
  all,
  numberedFrame,
  numberedOrigin,
  openTestRecorder,
  PERIOD_MS,
  START_MS,
} from "../_test/recorder.ts";

const at = (sequence: number) => START_MS + sequence * PERIOD_MS;
const origins = { origin: (_: string, { sequence }: { sequence: number }) => numberedOrigin(sequence) };

type Opened = Awaited<ReturnType<typeof openTestRecorder>>;

/** Asserts that each of these frames of a recording comes from its own file. */
async function expectOrigins({ recorder }: Opened, id: string, sequences: readonly number[]) {
  for (const sequence of sequences) {
    const { frame, origin } = await recorder.reader.frame(id, sequence);
    expect(frame).toMatchObject({ sequence, capturedAtMs: at(sequence) });
    expect({ ...origin, sha256: Buffer.from(origin.sha256) }).toEqual(numberedOrigin(sequence));
  }
}

async function fileOf({ recorder }: Opened, id: string): Promise<Buffer> {
  return Buffer.concat(await all((await recorder.reader.file(id)).chunks));
}

async function* oneChunk(bytes: Uint8Array) {
  yield bytes;
}

describe("where the frames of a recording come from", () => {
  it("is in the ring with the frame that was just published, and stays over the end of the process", async () => {
    const first = await openTestRecorder({ origins });
    await first.publish(1, 250);
    await expectOrigins(first, "ring-s1", [1, 99, 100, 101, 250]);
    await first.close();
    const again = await openTestRecorder({ dataDir: first.dataDir });
    await expectOrigins(again, "ring-s1", [1, 250]);
    expect(await all(again.recorder.frames("ring-s1"))).toHaveLength(250);
  });

  it("is kept with a part of the ring, whether its segments are whole or cut", async () => {
    const opened = await openTestRecorder({ origins });
    await opened.publish(1, 350);
    const { id, frames } = await opened.recorder.keep("s1", { fromMs: at(150), toMs: at(320) });
    expect(frames).toBe(171);
    await expectOrigins(opened, id, [150, 200, 201, 320]);
    await expect(opened.recorder.reader.frame(id, 149)).rejects.toMatchObject({
      code: "RECORDING_FRAME_UNKNOWN",
      message: `recording ${id} holds no frame 149`,
    });
  });

  it("goes with a recording into a file and comes back from it", async () => {
    const opened = await openTestRecorder({ origins });
    await opened.publish(1, 250);
    const file = await fileOf(opened, "ring-s1");
    const elsewhere = await openTestRecorder();
    const { id } = await elsewhere.recorder.importFile(oneChunk(file), "");
    await expectOrigins(elsewhere, id, [1, 100, 101, 250]);
    expect((await fileOf(elsewhere, id)).length).toBe(file.length);
  });

  it("is not told by a recording that was made without it, which is read as before", async () => {
    const opened = await openTestRecorder();
    await opened.publish(1, 120);
    const { id } = await opened.recorder.importFile(oneChunk(await fileOf(opened, "ring-s1")), "");
    for (const recording of [id, "ring-s1"]) {
      expect(await all(opened.recorder.frames(recording))).toHaveLength(120);
      await expect(opened.recorder.reader.frame(recording, 7)).rejects.toMatchObject({
        code: "RECORDING_ORIGIN_NOT_FOUND",
        message:
          "this recording does not tell which file frame 7 comes from; recordings of earlier versions do not hold it",
      });
    }
  });

  it("is that of the frame nearest in time, or of the newest, where a session has numbered anew", async () => {
    const opened = await openTestRecorder({ origins });
    await opened.publish(1, 20);
    await opened.publish(1, 20, "s1", (n) =>
      numberedFrame(n, { streamId: 2, capturedAtMs: at(n + 300), receivedAtMs: at(n + 300) }),
    );
    const capturedAtMs = async (atMs?: number) =>
      (await opened.recorder.reader.frame("ring-s1", 5, atMs)).frame.capturedAtMs;
    expect(await capturedAtMs()).toBe(at(305));
    expect(await capturedAtMs(at(5))).toBe(at(5));
    expect(await capturedAtMs(at(306))).toBe(at(305));
  });

  it("is lost with its frame only, where a segment breaks off between the two", async () => {
    const first = await openTestRecorder({ origins });
    await first.publish(1, 20);
    await first.recorder.frames("ring-s1").next();
    const [name] = (await readdir(first.ringPath)).filter((one) => one.endsWith(".pls"));
    const path = join(first.ringPath, name!);
    const open = await readFile(path);
    await first.close();
    await truncate(path, open.length);
    const [, torn] = new OriginEncoder().encode(21, numberedOrigin(21));
    await appendFile(path, torn!);
    await truncate(join(first.ringPath, "index.pli"), 0);
    const again = await openTestRecorder({ dataDir: first.dataDir, origins });
    expect(again.recorder.list()).toMatchObject([{ frames: 20 }]);
    await expectOrigins(again, "ring-s1", [1, 20]);
    await again.publish(22, 30);
    await expectOrigins(again, "ring-s1", [20, 22, 30]);
  });

  it("is refused with the file where a recording that is taken in holds what is none", async () => {
    const opened = await openTestRecorder({ origins });
    await opened.publish(1, 20);
    const file = await fileOf(opened, "ring-s1");
    const [reading] = new OriginEncoder().encode(21, numberedOrigin(21));
    // A reading that is not JSON, with a checksum that fits.
    const bad = encodeRecord(RecordKind.reading, reading!.subarray(12, 40));
    await expect(opened.recorder.importFile(oneChunk(Buffer.concat([file, bad])), "")).rejects.toMatchObject({
      code: "RECORDING_FILE_INVALID",
    });
    expect(opened.recorder.list()).toHaveLength(1);
  });
});
