import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Decoder } from "./decoder.ts";

const large = new Uint8Array(300 * 1024);

test("what waits in the thread ends in words when the decoder closes, and later requests too", async () => {
  const decoder = new Decoder();
  const waiting = decoder.inspect("large", large);
  const outcome = expect(waiting).rejects.toMatchObject({ code: "DECODER_UNAVAILABLE", retryable: true });
  await decoder[Symbol.asyncDispose]();
  await outcome;
  await expect(decoder.inspect("large", large)).rejects.toMatchObject({ code: "DECODER_UNAVAILABLE" });
});

test("requests to the thread are answered each with its own result", async () => {
  await using decoder = new Decoder();
  const inspections = await Promise.all(
    [1, 2, 3].map((seed) => decoder.inspect(`large_${seed}`, new Uint8Array(large.length).fill(seed))),
  );
  expect(new Set(inspections.map(({ sha256 }) => sha256)).size).toBe(3);
  await expect(decoder.plotJson("id", "large", large)).rejects.toMatchObject({ code: "CAPTURE_REFUSED" });
});

test("archives are unpacked one after the other, so that their contents are not in memory together", async () => {
  await using decoder = new Decoder();
  const answered: string[] = [];
  const inspect = async (fileName: string, bytes: Uint8Array) => {
    await decoder.inspect(fileName, gzipSync(bytes));
    answered.push(fileName);
  };
  // The first one lets other work go on many times before it is unpacked.
  await Promise.all([
    inspect("large.gz", new Uint8Array(32 * 1024 * 1024)),
    inspect("small.gz", new Uint8Array(16)),
  ]);
  expect(answered).toEqual(["large.gz", "small.gz"]);
});
