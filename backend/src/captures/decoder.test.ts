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
