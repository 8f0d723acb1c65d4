import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import {
  captureAnswerSchema,
  captureDataSchema,
  captureListSchema,
  keptCaptureSchema,
} from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { openTestBackend, type TestBackend, TestBrowser, waitFor } from "../_test/support.ts";

/** A PNN4 file (DOCS-PNM-MIB, downstream OFDM RxMER) of 16 subcarriers. */
function rxMerFile(): Uint8Array {
  const header = Buffer.from(
    "504e4e04010069c8f5d221aabbccddeeff23c34600009432 00000010".replace(" ", ""),
    "hex",
  );
  return Uint8Array.from(Buffer.concat([header, Buffer.alloc(16, 160)]));
}

function keep(backend: TestBackend, query: string, body: Uint8Array, type = "application/octet-stream") {
  return fetch(`${backend.url}/api/captures?${query}`, {
    method: "POST",
    headers: { ...backend.signedIn, "content-type": type },
    body: body as BodyInit,
  });
}

async function list(backend: TestBackend) {
  const response = await fetch(`${backend.url}/api/captures`, { headers: backend.signedIn });
  return captureListSchema.parse(await response.json()).captures;
}

async function detail(backend: TestBackend, id: string) {
  const response = await fetch(`${backend.url}/api/captures/${id}`, { headers: backend.signedIn });
  return captureAnswerSchema.parse(await response.json()).capture;
}

test("a file that a user keeps is stored bit-exact, decoded, announced, listed and audited", async () => {
  const backend = await openTestBackend();
  const browser = await TestBrowser.open(backend);
  const bytes = rxMerFile();
  const response = await keep(backend, "fileName=rxmer.bin&modifiedAt=2026-01-01T00:00:00.000Z", bytes);
  expect(response.status).toBe(201);
  const kept = keptCaptureSchema.parse(await response.json());
  expect(kept).toMatchObject({ isNew: true, capture: { fileName: "rxmer.bin", status: "decoded" } });
  expect(await list(backend)).toEqual([kept.capture]);
  await waitFor(() => browser.last("capture") !== undefined);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const stored = await readFile(join(backend.dataDir, "captures", sha256.slice(0, 2), sha256));
  expect(new Uint8Array(stored)).toEqual(bytes);
  const audit = await fetch(`${backend.url}/api/audit`, { headers: backend.signedIn });
  expect(JSON.stringify(await audit.json())).toContain(`"sizeBytes":${bytes.length}`);
});

test("the same file kept twice is one capture and says so", async () => {
  const backend = await openTestBackend();
  await keep(backend, "fileName=a.bin", rxMerFile());
  const again = await keep(backend, "fileName=a.bin", rxMerFile());
  expect(again.status).toBe(200);
  expect(keptCaptureSchema.parse(await again.json()).isNew).toBe(false);
  expect(await list(backend)).toHaveLength(1);
});

test("a damaged file is kept too, with the reason", async () => {
  const backend = await openTestBackend();
  const response = await keep(backend, "fileName=cut.bin", rxMerFile().subarray(0, 35));
  expect(keptCaptureSchema.parse(await response.json()).capture).toMatchObject({
    status: "refused",
    refusal: { code: "TRUNCATED" },
  });
});

test.each([
  ["no name", "", "application/octet-stream", 400],
  ["a name with a folder", "fileName=..%2Fetc", "application/octet-stream", 400],
  ["a name with a control character", "fileName=a%0Ab", "application/octet-stream", 400],
  ["an unknown field", "fileName=a&folder=b", "application/octet-stream", 400],
  ["bytes that are called text", "fileName=a", "text/plain", 415],
])("%s is refused and nothing is stored", async (_, query, type, status) => {
  const backend = await openTestBackend();
  const response = await keep(backend, query, rxMerFile(), type);
  expect(response.status).toBe(status);
  expect(await list(backend)).toEqual([]);
});

test("a request without a session, or with more bytes than a capture has, is refused", async () => {
  const backend = await openTestBackend();
  const anonymous = await fetch(`${backend.url}/api/captures?fileName=a`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: rxMerFile() as BodyInit,
  });
  expect(anonymous.status).toBe(401);
  const large = await keep(backend, "fileName=large", new Uint8Array(64 * 1024 * 1024 + 1)).catch(() => null);
  // The backend may close the connection before the client has sent all.
  if (large) expect(large.status).toBe(413);
  expect(await list(backend)).toEqual([]);
});

test("a gzip file is one capture: its member's header and plot, its own bytes and hash", async () => {
  const backend = await openTestBackend();
  const packed = new Uint8Array(gzipSync(rxMerFile()));
  await backend.captures.accept({ fileName: "rxmer.bin.gz", bytes: packed, modifiedAt: new Date(0) });
  const [capture] = await list(backend);
  expect(capture).toMatchObject({
    fileName: "rxmer.bin.gz",
    status: "decoded",
    kind: "ds-ofdm-rxmer",
    sha256: createHash("sha256").update(packed).digest("hex"),
    sizeBytes: packed.length,
  });
  const { header, notes } = await detail(backend, capture!.id);
  expect(header.length).toBeGreaterThan(5);
  expect(notes[0]).toBe("unpacked from gzip: rxmer.bin.gz!rxmer.bin");
  const raw = await fetch(`${backend.url}/api/captures/${capture!.id}/data?format=raw`, {
    headers: backend.signedIn,
  });
  expect(new Uint8Array(await raw.arrayBuffer())).toEqual(packed);
  const plot = await fetch(`${backend.url}/api/captures/${capture!.id}/data`, { headers: backend.signedIn });
  expect(captureDataSchema.parse(await plot.json()).series[0]?.values).toHaveLength(16);
});

test("a zip of several files is one capture that names what became of each member", async () => {
  const backend = await openTestBackend();
  const archive = zipOf({ "a.bin": rxMerFile(), "notes.txt": Buffer.from("measured at noon") });
  await backend.captures.accept({ fileName: "all.zip", bytes: archive, modifiedAt: new Date(0) });
  const [capture] = await list(backend);
  expect(capture).toMatchObject({
    status: "decoded",
    kind: "archive",
    title: "1 of 2 files in a zip archive",
  });
  const { notes } = await detail(backend, capture!.id);
  expect(notes[0]).toBe("all.zip!a.bin: DS OFDM RxMER per subcarrier");
  expect(notes[1]).toMatch(/^all\.zip!notes\.txt: refused, /);
  const plot = await fetch(`${backend.url}/api/captures/${capture!.id}/data`, { headers: backend.signedIn });
  expect(captureDataSchema.parse(await plot.json()).kind).toBe("ds-ofdm-rxmer");
});

test("an archive without a capture, and one that is damaged, are refused with the reason and kept", async () => {
  const backend = await openTestBackend();
  const files = {
    "texts.zip": zipOf({ "a.txt": Buffer.from("one text"), "b.txt": Buffer.from("another") }),
    "cut.gz": new Uint8Array(gzipSync(randomBytes(500))).subarray(0, 100),
  };
  for (const [fileName, bytes] of Object.entries(files)) {
    await backend.captures.accept({ fileName, bytes, modifiedAt: new Date(0) });
  }
  const captures = await list(backend);
  expect(captures.find(({ fileName }) => fileName === "texts.zip")).toMatchObject({
    status: "refused",
    refusal: { code: "NO_CAPTURE_INSIDE" },
  });
  expect(captures.find(({ fileName }) => fileName === "cut.gz")).toMatchObject({
    status: "refused",
    refusal: { code: expect.any(String) },
  });
  for (const { id } of captures) {
    const plot = await fetch(`${backend.url}/api/captures/${id}/data`, { headers: backend.signedIn });
    expect(plot.status).toBe(422);
  }
});

/** A zip archive (APPNOTE 4.3) of deflated members. */
function zipOf(files: Record<string, Uint8Array>): Uint8Array {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const entry = Buffer.concat([Buffer.from("504b0304", "hex"), common, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.from("504b01021400", "hex"), common, tail, Buffer.from(name));
    local.push(entry);
    offset += entry.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(local.length, 8);
  end.writeUInt16LE(local.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Uint8Array.from(Buffer.concat([...local, directory, end]));
}
