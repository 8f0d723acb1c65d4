import { expect, test } from "vitest";
import { HeldFiles } from "./held-files.ts";

const file = (fileName: string, sizeBytes: number) => ({
  generation: 1,
  file: { fileName, bytes: new Uint8Array(sizeBytes), modifiedAt: new Date(0), seenAtMs: 0 },
});

test("files are given back once, in the order in which they came", () => {
  const held = new HeldFiles();
  for (const name of ["a", "b"]) expect(held.add(file(name, 10))).toBe(0);
  expect(held.takeAll().map((each) => each.file.fileName)).toEqual(["a", "b"]);
  expect(held.takeAll()).toEqual([]);
});

test("of more files than are held the oldest go, and are told of", () => {
  const held = new HeldFiles();
  let gone = 0;
  for (let k = 0; k < 600; k += 1) gone += held.add(file(String(k), 1));
  const kept = held.takeAll();
  expect(kept.length + gone).toBe(600);
  expect(gone).toBeGreaterThan(0);
  expect(kept.at(-1)!.file.fileName).toBe("599");
});

test("of large files no more are held than memory is set aside for, and the newest always is", () => {
  const held = new HeldFiles();
  expect(held.add(file("a", 20 * 1024 * 1024))).toBe(0);
  expect(held.add(file("b", 20 * 1024 * 1024))).toBe(1);
  expect(held.add(file("c", 64 * 1024 * 1024))).toBe(1);
  expect(held.takeAll().map((each) => each.file.fileName)).toEqual(["c"]);
});
