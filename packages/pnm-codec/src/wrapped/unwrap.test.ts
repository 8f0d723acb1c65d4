import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync, gzipSync, constants as zlib } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePnm, PnmDecodeError, type UnwrapOptions, unwrap, wrapperOf } from "../index.ts";
import { sampleFiles } from "../test-support/arbitraries.ts";
import { uniform } from "../test-support/noise.ts";
import { type ZipPart, zipOf } from "../test-support/zip.ts";

const rxMer = sampleFiles().find(({ name }) => name === "04 RxMER")!.bytes;
const text = (value: string) => new Uint8Array(Buffer.from(value));
const gzip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));

/** gzip data whose header has the given name, as the program writes it. */
function namedGzip(name: string, bytes: Uint8Array): Uint8Array {
  const plain = gzip(bytes);
  plain[3] = 8;
  return joined(plain.subarray(0, 10), text(`${name}\0`), plain.subarray(10));
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** The only file in the bytes. */
async function only(bytes: Uint8Array, options: UnwrapOptions = {}) {
  const files = await unwrap(bytes, options);
  expect(files).toHaveLength(1);
  return files[0]!;
}

/** The reason why the only file in the bytes could not be had. */
async function refusal(bytes: Uint8Array, options: UnwrapOptions = {}): Promise<PnmDecodeError> {
  const file = await only(bytes, options);
  if (file.ok) throw new Error(`${file.path} was unpacked`);
  expect(file.error).toBeInstanceOf(PnmDecodeError);
  expect(file.error.offset).toBeLessThanOrEqual(bytes.length);
  return file.error;
}

describe("gzip data", () => {
  it("gives its file under the name in the header", async () => {
    const file = await only(namedGzip("rxmer.bin", rxMer), { fileName: "up/load.gz" });
    expect(file).toEqual({
      ok: true,
      fileName: "rxmer.bin",
      path: "up/load.gz!rxmer.bin",
      bytes: rxMer,
      anomalies: [],
    });
  });

  it("without a name takes the wrapped file's, less its ending", async () => {
    expect(await only(gzip(rxMer), { fileName: "rx.bin.gz" })).toMatchObject({
      fileName: "rx.bin",
      bytes: rxMer,
    });
    expect(await only(gzip(rxMer))).toMatchObject({ fileName: undefined, path: "", bytes: rxMer });
  });

  it.each([
    ["stored", 0, zlib.Z_DEFAULT_STRATEGY],
    ["fast", 1, zlib.Z_DEFAULT_STRATEGY],
    ["best", 9, zlib.Z_DEFAULT_STRATEGY],
    ["fixed codes", 6, zlib.Z_FIXED],
    ["run lengths", 6, zlib.Z_RLE],
    ["Huffman alone", 6, zlib.Z_HUFFMAN_ONLY],
  ])("is unpacked whatever way it was compressed: %s", async (_, level, strategy) => {
    const random = uniform(7);
    const contents = [
      new Uint8Array(),
      rxMer,
      text("spectrum ".repeat(9000)),
      new Uint8Array(300_000),
      // Bytes so unlike in frequency that some codes are longer than one look-up decides.
      Uint8Array.from({ length: 200_000 }, () => Math.min(255, Math.floor(-Math.log(random()) * 12))),
    ];
    for (const bytes of contents) {
      const file = await only(new Uint8Array(gzipSync(bytes, { level, strategy })));
      expect(file.ok && Buffer.compare(file.bytes, bytes)).toBe(0);
    }
  });

  it("in members in a row is one file, unless their names say otherwise", async () => {
    const [head, tail] = [rxMer.subarray(0, 40), rxMer.subarray(40)];
    expect(await only(joined(gzip(head), gzip(tail)))).toMatchObject({ bytes: rxMer });
    expect(await only(joined(namedGzip("a", head), gzip(tail)))).toMatchObject({ bytes: rxMer });
    expect(await unwrap(joined(namedGzip("a", rxMer), namedGzip("b", rxMer)))).toMatchObject([
      { fileName: "a", bytes: rxMer },
      { fileName: "b", bytes: rxMer },
    ]);
  });

  it("followed by other bytes is unpacked, and they are reported", async () => {
    expect(await only(joined(gzip(rxMer), new Uint8Array(512)))).toMatchObject({
      bytes: rxMer,
      anomalies: ["512 bytes after the gzip data were not read"],
    });
  });

  it("with every optional header field is read", async () => {
    const plain = gzip(rxMer);
    plain[3] = 1 | 2 | 4 | 8 | 16;
    const extra = joined(Uint8Array.of(3, 0, 1, 2, 3), text("naïve.bin\0"), text("a comment\0"));
    const bytes = joined(plain.subarray(0, 10), extra, Uint8Array.of(0, 0), plain.subarray(10));
    expect(await only(bytes)).toMatchObject({ ok: true, fileName: "naïve.bin", bytes: rxMer });
  });

  it("cut off anywhere is refused as truncated", async () => {
    const whole = namedGzip("rxmer.bin", rxMer);
    for (let length = 2; length < whole.length; length++) {
      expect((await refusal(whole.subarray(0, length))).code).toBe("TRUNCATED");
    }
  });

  it("with another check sum, length, method or flag is refused with its own code", async () => {
    const damaged = (at: number, value: number) => {
      const bytes = gzip(rxMer);
      bytes[at < 0 ? bytes.length + at : at]! = value;
      return refusal(bytes);
    };
    const crc = crc32(rxMer);
    expect(await damaged(-8, (crc & 255) ^ 1)).toMatchObject({ code: "BAD_CHECKSUM" });
    expect(await damaged(-1, 9)).toMatchObject({ code: "BAD_LENGTH", found: `${rxMer.length} bytes` });
    expect(await damaged(2, 7)).toMatchObject({ code: "UNSUPPORTED", offset: 2, found: "7" });
    expect(await damaged(3, 0x80)).toMatchObject({ code: "BAD_VALUE", offset: 3 });
  });

  it("that unpacks to more than is allowed is refused while it grows", async () => {
    const bomb = gzip(new Uint8Array(30_000_000));
    const error = await refusal(bomb, { maximumMemberBytes: 1_000_000 });
    expect(error).toMatchObject({ code: "TOO_LARGE", expected: "at most 1000000 bytes" });
    expect(await refusal(bomb, { maximumBytes: 1_000_000 })).toMatchObject({ code: "TOO_LARGE" });
    const half = new Uint8Array(600_000);
    const two = joined(gzip(half), gzip(half));
    expect(await refusal(two, { maximumMemberBytes: 1_000_000 })).toMatchObject({ code: "TOO_LARGE" });
  });

  it("lets other work go on while a large file is unpacked", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await only(gzip(new Uint8Array(60_000_000)));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  it("with a claimed length of four gigabytes allocates nothing like it", async () => {
    const bytes = gzip(rxMer);
    bytes.fill(0xff, bytes.length - 4);
    expect(await refusal(bytes)).toMatchObject({ code: "BAD_LENGTH" });
  });
});

describe("a DEFLATE stream", () => {
  const header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
  it.each([
    ["a block type that does not exist", [0x07, 0, 0, 0, 0]],
    ["a stored length that contradicts its complement", [0x01, 5, 0, 5, 0, 1, 2, 3, 4, 5]],
    ["a distance before its start", [0x63, 0x00, 0x42, 0x00, 0x00]],
    ["code lengths that make no code", [0x05, 0xe0, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ["code lengths that repeat nothing", [0x04, 0x00, 0xfe, 0xff]],
  ])("with %s is refused as damaged", async (_, stream) => {
    const bytes = Uint8Array.from([...header, ...stream, ...new Array<number>(16).fill(0)]);
    expect(await refusal(bytes)).toMatchObject({ code: "BAD_VALUE" });
  });
});

describe("a zip archive", () => {
  const part: ZipPart = { name: "rxmer.bin", bytes: rxMer };

  it("gives its files under their names, folders and macOS bookkeeping left out", async () => {
    const bytes = zipOf([
      { name: "plant/", bytes: new Uint8Array() },
      { ...part, name: "plant/größe 1.bin" },
      { ...part, name: "stored.bin", method: 0 },
      { ...part, name: "__MACOSX/plant/._x" },
      { ...part, name: "plant/.DS_Store" },
      { ...part, name: "streamed.bin", descriptor: true },
    ]);
    const files = await unwrap(bytes, { fileName: "all.zip" });
    expect(files.map(({ path }) => path)).toEqual([
      "all.zip!plant/größe 1.bin",
      "all.zip!stored.bin",
      "all.zip!streamed.bin",
    ]);
    for (const file of files)
      expect(file.ok && decodePnm(file.bytes)).toMatchObject({ kind: "ds-ofdm-rxmer" });
  });

  it("without members has no files", async () => {
    expect(await unwrap(zipOf([]))).toEqual([]);
  });

  it("loses only the member that is damaged", async () => {
    const crcOff = { ...part, name: "crc.bin", crc: 1 };
    const sizeOff = { ...part, name: "size.bin", size: rxMer.length + 1 };
    const cut = { ...part, name: "cut.bin", packed: new Uint8Array(deflateRawSync(rxMer)).subarray(0, 20) };
    const files = await unwrap(zipOf([crcOff, part, sizeOff, cut, { ...part, name: "last.bin" }]));
    expect(files.map((file) => (file.ok ? file.fileName : file.error.code))).toEqual([
      "BAD_CHECKSUM",
      "rxmer.bin",
      "BAD_LENGTH",
      "TRUNCATED",
      "last.bin",
    ]);
  });

  it.each([
    ["encrypted", { flags: 1 }, /encrypted/],
    ["compressed by another method", { method: 14 }, /method 14 \(LZMA\)/],
    ["in zip64 form", { size: 0xffffffff }, /zip64/],
  ])("says why a member that is %s cannot be read", async (_, change, reason) => {
    const error = await refusal(zipOf([{ ...part, ...change }]));
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toMatch(reason);
  });

  it("with bytes in front, a comment, or bytes after it is read", async () => {
    const zip = zipOf([part], "a comment");
    expect(await only(zip)).toMatchObject({ bytes: rxMer });
    const old = zipOf([{ ...part, name: "old" }]);
    expect(await only(joined(old, zip))).toMatchObject({ fileName: "rxmer.bin", bytes: rxMer });
    expect(await only(joined(zip, new Uint8Array(9)))).toMatchObject({ bytes: rxMer });
  });

  it("cut off anywhere is refused", async () => {
    const whole = zipOf([part]);
    for (let length = 4; length < whole.length; length++) {
      expect((await refusal(whole.subarray(0, length))).code).toBe("TRUNCATED");
    }
  });

  it("holding gzip data gives what is in it; deeper nesting is refused", async () => {
    const inner = { name: "rx.bin.gz", bytes: gzip(rxMer), method: 0 };
    expect(await only(zipOf([inner]), { fileName: "a.zip" })).toMatchObject({
      path: "a.zip!rx.bin.gz!rx.bin",
      fileName: "rx.bin",
      bytes: rxMer,
    });
    expect(await refusal(zipOf([{ name: "b.zip", bytes: zipOf([part]) }]))).toMatchObject({
      code: "UNSUPPORTED",
    });
    expect(await refusal(gzip(gzip(rxMer)))).toMatchObject({ code: "UNSUPPORTED", found: "gzip" });
  });

  it("holds no more members and bytes than are allowed, and says so", async () => {
    const three = zipOf([part, { ...part, name: "b" }, { ...part, name: "c" }]);
    const codes = async (options: UnwrapOptions) =>
      (await unwrap(three, options)).map((file) => (file.ok ? "ok" : file.error.code));
    expect(await codes({ maximumMembers: 2 })).toEqual(["ok", "ok", "TOO_LARGE"]);
    expect(await codes({ maximumBytes: 2 * rxMer.length })).toEqual(["ok", "ok", "TOO_LARGE"]);
    expect(await codes({ maximumMemberBytes: 10 })).toEqual(["TOO_LARGE", "TOO_LARGE", "TOO_LARGE"]);
  });

  it("whose members share their bytes is refused after the first ones", async () => {
    const zeros = new Uint8Array(1_000_000);
    const files = await unwrap(zipOf(new Array<ZipPart>(50).fill({ name: "z", bytes: zeros, shared: true })));
    expect(files).toHaveLength(50);
    expect(files.at(-1)).toMatchObject({ ok: false, error: { code: "BAD_LENGTH" } });
  });
});

it("bytes without a wrapper are their own only file", async () => {
  expect(wrapperOf(rxMer)).toBeUndefined();
  expect(await unwrap(rxMer, { fileName: "rx" })).toEqual([
    { ok: true, fileName: "rx", path: "rx", bytes: rxMer, anomalies: [] },
  ]);
});

it("damaged wrappers give what they held or a typed reason, never anything else", async () => {
  const whole = [
    namedGzip("rxmer.bin", rxMer),
    joined(gzip(rxMer), gzip(rxMer)),
    zipOf([
      { name: "a.bin", bytes: rxMer },
      { name: "b.gz", bytes: gzip(rxMer), descriptor: true },
    ]),
  ];
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...whole), changes, fc.nat(), async (bytes, edits, cut) => {
      const damaged = bytes.slice(0, cut % 3 === 0 ? cut % bytes.length : bytes.length);
      for (const [at, value] of edits) if (damaged.length > 0) damaged[at % damaged.length] = value;
      for (const file of await unwrap(damaged, { maximumBytes: 10_000_000 })) {
        if (file.ok) expect(file.bytes).toBeInstanceOf(Uint8Array);
        else expect(file.error).toBeInstanceOf(PnmDecodeError);
      }
    }),
    { numRuns: 3000 },
  );
});

describe("what the common programs write", () => {
  const has = (program: string) => spawnSync(program, ["--version"]).error === undefined;
  for (const program of ["gzip", "zip"] as const) {
    it.skipIf(!has(program))(`${program} (skipped where the program is not installed)`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "unwrap-"));
      try {
        mkdirSync(join(folder, "plant"));
        writeFileSync(join(folder, "plant/rx.bin"), rxMer);
        const [args, packed] =
          program === "gzip"
            ? [["-9", "plant/rx.bin"], "plant/rx.bin.gz"]
            : [["-q", "-r", "all.zip", "plant"], "all.zip"];
        expect(spawnSync(program, args, { cwd: folder }).status).toBe(0);
        const bytes = new Uint8Array(readFileSync(join(folder, packed)));
        expect(await only(bytes)).toMatchObject({ ok: true, bytes: rxMer });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
