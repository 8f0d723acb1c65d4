import { expect, test } from "vitest";
import { flatName, shownName } from "./names.ts";

const decode = (name: string | Buffer, prefix?: string) => flatName(Buffer.from(name), prefix);

test.each([
  ["a plain name", "utsc_1.bin", undefined, "utsc_1.bin"],
  ["one leading slash", "/utsc_1.bin", undefined, "utsc_1.bin"],
  ["the configured prefix", "pnm/utsc/a", "/pnm/utsc/", "a"],
  ["the configured prefix after a slash", "/pnm/utsc/a", "pnm/utsc", "a"],
  ["a name that begins with dots", "..foo", undefined, "..foo"],
  ["a name in UTF-8", "Köln-1", undefined, "Köln-1"],
  ["a name of 255 bytes", "x".repeat(255), undefined, "x".repeat(255)],
])("%s is taken", (_, name, prefix, expected) => {
  expect(decode(name, prefix)).toBe(expected);
});

test.each([
  ["an empty name", ""],
  ["a slash alone", "/"],
  ["the folder itself", "."],
  ["the folder above", ".."],
  ["a way upwards", "../etc/passwd"],
  ["a way upwards through a folder", "a/../../etc/passwd"],
  ["two leading slashes", "//etc/passwd"],
  ["a folder that is not the prefix", "other/a"],
  ["a way upwards behind the prefix", "pnm/../a"],
  ["a backslash", "..\\a"],
  ["a control character", "a\nb"],
  ["a C1 control character", "a\u0085b"],
  ["a name over 255 bytes", "ä".repeat(128)],
  ["the name of an unfinished transfer", ".a.0123456789-1.part"],
  ["bytes that are not UTF-8", Buffer.from([0x61, 0xff])],
])("%s is refused", (_, name) => {
  expect(() => decode(name, "pnm")).toThrow(expect.objectContaining({ code: "NAME_REFUSED" }));
});

test("a name in a log line has no control characters", () => {
  expect(shownName(Buffer.from("a\nb\x1b[2J\u202e"))).toBe("a?b?[2J?");
});
