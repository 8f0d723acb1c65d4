import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "./limits.ts";
import { agreeOnOptions } from "./options.ts";

const agree = (options: Record<string, string>, fileBytes?: number) =>
  agreeOnOptions(new Map(Object.entries(options)), DEFAULT_LIMITS, fileBytes);

test("without options, the values of RFC 1350 hold and there is nothing to grant", () => {
  expect(agree({})).toMatchObject({ blockSize: 512, windowSize: 1, announcedBytes: undefined });
  expect(agree({}).granted.size).toBe(0);
});

test("known options are granted, larger wishes within the limits", () => {
  const agreement = agree({ blksize: "65464", windowsize: "65535", timeout: "3", tsize: "10240" });
  expect(agreement).toMatchObject({
    blockSize: 65464,
    windowSize: DEFAULT_LIMITS.maxWindowSize,
    retransmitMs: 3000,
    announcedBytes: 10240,
  });
  expect(Object.fromEntries(agreement.granted)).toEqual({
    blksize: "65464",
    windowsize: String(DEFAULT_LIMITS.maxWindowSize),
    timeout: "3",
    tsize: "10240",
  });
});

test("a read request learns the size of the file", () => {
  expect(agree({ tsize: "0" }, 77).granted.get("tsize")).toBe("77");
});

test.each([
  ["blksize", "7"],
  ["blksize", "ten"],
  ["blksize", "-512"],
  ["windowsize", "0"],
  ["timeout", "0"],
  ["timeout", "255"],
  ["timeout", "3000"],
  ["tsize", "1e99"],
  ["rollover", "0"],
])("%s %s is left out of the answer", (name, value) => {
  const agreement = agree({ [name]: value });
  expect(agreement.granted.size).toBe(0);
  expect(agreement).toMatchObject({
    blockSize: 512,
    windowSize: 1,
    retransmitMs: DEFAULT_LIMITS.retransmitMs,
  });
});
