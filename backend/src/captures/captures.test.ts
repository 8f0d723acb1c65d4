import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { captureAnswerSchema, captureDataSchema, captureListSchema } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import {
  openTestBackend,
  type TestBackend,
  TestBrowser,
  temporaryFolder,
  waitFor,
} from "../_test/support.ts";
import { CaptureFiles } from "./capture-files.ts";

const modifiedAt = new Date("2026-01-01T00:00:00.000Z");

/** A PNN4 file (DOCS-PNM-MIB, downstream OFDM RxMER): subcarriers of 40.00 dB, the fourth of them excluded. */
function rxMerFile(subcarriers = 8): Uint8Array {
  const header = Buffer.alloc(28);
  header.write("PNN\x04", 0, "latin1");
  header.writeUInt8(1, 4);
  header.writeUInt8(0, 5);
  header.writeUInt32BE(1_774_675_794, 6);
  header.writeUInt8(33, 10);
  header.write("aabbccddeeff", 11, "hex");
  header.writeUInt32BE(600_000_000, 17);
  header.writeUInt16BE(148, 21);
  header.writeUInt8(50, 23);
  header.writeUInt32BE(subcarriers, 24);
  const values = Buffer.alloc(subcarriers, 160);
  values[3] = 255;
  return Buffer.concat([header, values]);
}

/** A PNN9 file (DOCS-PNM-MIB, modem spectrum): 100 segments of 2000 bins, the first bins at -10.00, -10.01 ... dBmV. */
function spectrumFile(): Uint8Array {
  const header = Buffer.alloc(39);
  header.write("PNN\x09", 0, "latin1");
  header.writeUInt8(1, 4);
  header.writeUInt32BE(1_774_675_794, 6);
  header.write("aabbccddeeff", 11, "hex");
  header.writeUInt32BE(100_000_000, 17);
  header.writeUInt32BE(694_000_000, 21);
  header.writeUInt32BE(6_000_000, 25);
  header.writeUInt16BE(2000, 29);
  header.writeUInt16BE(100, 31);
  header.writeUInt16BE(1, 33);
  header.writeUInt32BE(400_000, 35);
  const values = Buffer.alloc(400_000);
  for (let bin = 0; bin < 200_000; bin += 1) values.writeInt16BE(-1000 - (bin % 1000), 2 * bin);
  return Buffer.concat([header, values]);
}

async function accept(
  backend: TestBackend,
  fileName: string,
  bytes: Uint8Array,
  at = modifiedAt,
): Promise<void> {
  await backend.captures.accept({ fileName, bytes, modifiedAt: at });
}

async function list(backend: TestBackend, query = ""): Promise<ReturnType<typeof captureListSchema.parse>> {
  const response = await fetch(`${backend.url}/api/captures${query}`, { headers: backend.signedIn });
  expect(response.status).toBe(200);
  return captureListSchema.parse(await response.json());
}

test("a file is stored bit-exact under its hash, decoded, announced and listed", async () => {
  const backend = await openTestBackend();
  const browser = await TestBrowser.open(backend);
  const bytes = rxMerFile();
  await accept(backend, "rxmer_1", bytes);

  const { captures } = await list(backend);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  expect(captures).toMatchObject([
    { fileName: "rxmer_1", sizeBytes: bytes.length, sha256, status: "decoded", refusal: null },
  ]);
  await waitFor(() => browser.last("capture") !== undefined);
  expect(browser.last("capture")?.capture).toEqual(captures[0]);
  const stored = join(backend.dataDir, "captures", sha256.slice(0, 2), sha256);
  expect(await readFile(stored)).toEqual(bytes);

  const { id } = captures[0]!;
  const detail = await fetch(`${backend.url}/api/captures/${id}`, { headers: backend.signedIn });
  const { header, notes, ...summary } = captureAnswerSchema.parse(await detail.json()).capture;
  expect(summary).toEqual(captures[0]);
  expect(header.length).toBeGreaterThan(5);
  expect(notes[0]).toMatch(/^read as /);

  const plot = await fetch(`${backend.url}/api/captures/${id}/data`, { headers: backend.signedIn });
  const data = captureDataSchema.parse(await plot.json());
  expect(data).toMatchObject({ id, kind: captures[0]?.kind, style: "line", x: { unit: "Hz" } });
  expect(data.series[0]?.values).toEqual([40, 40, 40, null, 40, 40, 40, 40]);
  expect(data.x.values).toHaveLength(8);
});

test("the same name with the same bytes is one capture, other bytes make another", async () => {
  const backend = await openTestBackend();
  const bytes = rxMerFile();
  const later = new Date(modifiedAt.getTime() + 60_000);
  await Promise.all([accept(backend, "rxmer_1", bytes), accept(backend, "rxmer_1", bytes)]);
  expect(backend.captures.knows("rxmer_1", bytes.length, modifiedAt)).toBe(true);
  expect(backend.captures.knows("rxmer_1", bytes.length, later)).toBe(false);
  await accept(backend, "rxmer_1", bytes, later);
  expect(backend.captures.knows("rxmer_1", bytes.length, later)).toBe(true);
  expect((await list(backend)).captures).toHaveLength(1);

  const changed = Uint8Array.from(bytes);
  changed[30] = 100;
  await accept(backend, "rxmer_1", changed);
  await accept(backend, "rxmer_2", bytes);
  expect((await list(backend)).captures).toHaveLength(3);
});

test("a file that cannot be decoded is kept and listed with its reason", async () => {
  const backend = await openTestBackend();
  const bytes = rxMerFile().subarray(0, 20);
  await accept(backend, "half_a_file", bytes);
  const [capture] = (await list(backend)).captures;
  expect(capture).toMatchObject({ status: "refused", kind: null, refusal: { code: expect.any(String) } });
  const plot = await fetch(`${backend.url}/api/captures/${capture?.id}/data`, { headers: backend.signedIn });
  expect(plot.status).toBe(422);
  expect(await plot.json()).toMatchObject({
    error: { code: "CAPTURE_REFUSED", message: expect.stringContaining(capture!.refusal!.message) },
  });
});

test("a large file is hashed, decoded and plotted in the worker thread, with the same results", async () => {
  const backend = await openTestBackend();
  const large = spectrumFile();
  const garbage = Buffer.concat([Buffer.from("not a capture"), randomBytes(600_000)]);
  await accept(backend, "garbage", garbage);
  await accept(backend, "large", large);
  const { captures } = await list(backend);
  expect(captures.find(({ fileName }) => fileName === "garbage")).toMatchObject({
    sha256: createHash("sha256").update(garbage).digest("hex"),
    status: "refused",
    refusal: { code: "BAD_MAGIC" },
  });
  const capture = captures.find(({ fileName }) => fileName === "large");
  expect(capture).toMatchObject({
    sha256: createHash("sha256").update(large).digest("hex"),
    status: "decoded",
  });
  const plot = await fetch(`${backend.url}/api/captures/${capture?.id}/data`, { headers: backend.signedIn });
  const { series } = captureDataSchema.parse(await plot.json());
  expect(series[0]?.values).toHaveLength(200_000);
  expect(series[0]?.values[1]).toBeCloseTo(-10.01, 3);
});

test("pages follow each other from the newest to the oldest, also where times are equal", async () => {
  let nowMs = Date.parse("2026-01-01T00:00:00.000Z");
  const backend = await openTestBackend({ now: () => nowMs });
  for (let index = 0; index < 7; index += 1) {
    if (index % 3 === 0) nowMs += 1000;
    await accept(backend, `file_${index}`, randomBytes(16));
  }
  const names: string[] = [];
  let before: string | null = "";
  let pages = 0;
  while (before !== null) {
    const page = await list(backend, `?limit=3${before && `&before=${before}`}`);
    names.push(...page.captures.map((capture) => capture.fileName));
    before = page.nextBefore;
    pages += 1;
  }
  expect(pages).toBe(3);
  expect(new Set(names).size).toBe(7);
  expect(names[0]).toBe("file_6");
  const unknown = await fetch(`${backend.url}/api/captures?before=nonsense`, { headers: backend.signedIn });
  expect(unknown.status).toBe(404);
});

test("the bytes can be had as they arrived, under a name that cannot break out of the header", async () => {
  const backend = await openTestBackend();
  const bytes = rxMerFile();
  await accept(backend, 'odd "name"\r\nx: ü.bin', bytes);
  const [capture] = (await list(backend)).captures;
  const response = await fetch(`${backend.url}/api/captures/${capture?.id}/data?format=raw`, {
    headers: backend.signedIn,
  });
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(Uint8Array.from(bytes));
  expect(response.headers.get("content-type")).toBe("application/octet-stream");
  expect(response.headers.get("content-disposition")).toBe(
    `attachment; filename="odd__name___x___.bin"; filename*=UTF-8''odd%20%22name%22%0D%0Ax%3A%20%C3%BC.bin`,
  );
  expect(response.headers.get("x")).toBeNull();
});

test("a disk that takes nothing is a typed error, leaves no half file, and nothing is listed", async () => {
  const backend = await openTestBackend();
  const bytes = rxMerFile();
  // A file where the folder should be fails for every user, root included.
  await writeFile(join(backend.dataDir, "captures"), "in the way");
  await expect(accept(backend, "rxmer_1", bytes)).rejects.toMatchObject({
    code: "CAPTURE_STORE_FAILED",
    retryable: true,
  });
  expect((await list(backend)).captures).toEqual([]);
  expect(backend.captures.knows("rxmer_1", bytes.length, modifiedAt)).toBe(false);
});

test("bytes that were stored half are written anew, and no part files stay", async () => {
  const folder = await temporaryFolder();
  const files = new CaptureFiles(folder);
  const bytes = randomBytes(100);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  await files.store(sha256, bytes);
  await writeFile(files.pathOf(sha256), bytes.subarray(0, 10));
  await Promise.all([files.store(sha256, bytes), files.store(sha256, bytes)]);
  expect(await readFile(files.pathOf(sha256))).toEqual(bytes);
  expect(await readdir(join(folder, "captures", sha256.slice(0, 2)))).toEqual([sha256]);
});

/** Real captures; they live beside the repository. */
const FIXTURES = join(import.meta.dirname, "../../../../shared/fixtures/pnm");

test.skipIf(!existsSync(FIXTURES))(
  "real captures are all decoded, and each has a plot (skipped where ../shared/fixtures/pnm is not beside the repository)",
  async () => {
    const backend = await openTestBackend();
    const names = (await readdir(FIXTURES)).filter((name) => name.endsWith(".bin"));
    for (const name of names) await accept(backend, name, await readFile(join(FIXTURES, name)));
    const { captures } = await list(backend, "?limit=200");
    expect(captures.map(({ fileName }) => fileName).sort()).toEqual(names.sort());
    for (const { id, fileName, status } of captures) {
      expect([fileName, status]).toEqual([fileName, "decoded"]);
      const plot = await fetch(`${backend.url}/api/captures/${id}/data`, { headers: backend.signedIn });
      const { series, x } = captureDataSchema.parse(await plot.json());
      expect(series.every(({ values }) => values.length === x.values.length)).toBe(true);
    }
  },
);
