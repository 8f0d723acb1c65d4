import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { decodePnm, encodePnm, encodeUtsc, rxMerDb, type UsOfdmaRxMerRecord } from "@pnmlab/pnm-codec";
import { afterAll, describe, expect, it } from "vitest";
import { run } from "./run.ts";

const PROGRAM = join(import.meta.dirname, "main.ts");
const FIXTURES = join(import.meta.dirname, "../../../../shared/fixtures/pnm");
const folder = mkdtempSync(join(tmpdir(), "pnm-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SUBCARRIERS = 400;
/** RxMER of 400 subcarriers from 300 MHz on, the first 20 not measured. */
const rxMer = (() => {
  const header = Buffer.from("504e4e040100000000002201aabbccddee000000000000001900000000", "hex").subarray(
    0,
    28,
  );
  header.writeUInt32BE(1_764_820_674, 6);
  header[10] = 34;
  header.set([1, 2, 3, 4, 5, 6], 11);
  header.writeUInt32BE(300_000_000, 17);
  header.writeUInt16BE(0, 21);
  header[23] = 25;
  header.writeUInt32BE(SUBCARRIERS, 24);
  const values = Buffer.from(Array.from({ length: SUBCARRIERS }, (_, k) => (k < 20 ? 0xff : 150 + (k % 13))));
  return new Uint8Array(Buffer.concat([header, values]));
})();

const utsc = encodeUtsc({
  form: "e6000-328",
  captureTimeS: 1_768_921_377,
  ifIndex: 7,
  ccapId: "ccap-1",
  centerFrequencyHz: 45e6,
  spanHz: 80e6,
  bins: 800,
  outputFormat: "fftPower",
  kHundredthsDb: -6000,
  samples: Uint32Array.from(
    { length: 1600 },
    (_, k) => 1000 + ((k * 7919) % 5000) + (k % 800 === 500 ? 9e7 : 0),
  ),
});

function file(name: string, bytes: Uint8Array | string): string {
  writeFileSync(join(folder, name), bytes);
  return name;
}

interface Outcome {
  status: number | null;
  out: string;
  err: string;
}

/** Runs a command line in the temporary folder, within this process. */
async function pnm(args: readonly string[], input: Uint8Array = new Uint8Array()): Promise<Outcome> {
  let out = "";
  let err = "";
  const status = await run(args, {
    stdin: Readable.from([input]),
    folder,
    out: async (text) => {
      out += text;
    },
    err: async (text) => {
      err += text;
    },
  });
  return { status, out, err };
}

/** Runs the program itself in the temporary folder, as a process of its own. */
function program(args: readonly string[], input?: Uint8Array): Outcome {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@pnmlab/source", PROGRAM, ...args],
    { cwd: folder, env: { ...process.env, INIT_CWD: folder }, input, maxBuffer: 64 * 1024 * 1024 },
  );
  return { status, out: stdout.toString(), err: stderr.toString() };
}

file("rx.bin", rxMer);
file("utsc.bin", utsc);
file("not-pnm.txt", "<html>404</html>");
file("both.bin.gz", gzipSync(rxMer));

describe("pnm decode", () => {
  it("prints one JSON document per line with raw and scaled values, null where nothing was measured", async () => {
    const { status, out, err } = await pnm(["decode", "rx.bin", "utsc.bin"]);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    const [first, second] = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const record = decodePnm(rxMer) as unknown as UsOfdmaRxMerRecord;
    expect(first).toMatchObject({
      file: "rx.bin",
      kind: "ds-ofdm-rxmer",
      axis_rule: "fft",
      level_reference: "dB",
      reading: { layout: "standard", confidence: "high" },
      header: { channel_id: 34, cm_mac: "01:02:03:04:05:06", zero_frequency_hz: 300_000_000 },
      capture_time: { unix_s: 1_764_820_674 },
    });
    expect(first.data.rxmer_raw_quarter_db).toEqual([...record.quarterDb]);
    expect(first.data.rxmer_db).toEqual(
      Array.from(rxMerDb(record), (level) => (Number.isNaN(level) ? null : level)),
    );
    expect(first.data.frequency_hz.at(-1)).toBe(300_000_000 + 399 * 25_000);
    expect(second.data.frames).toHaveLength(2);
    expect(second.level_reference).toBe("dBmV");
    expect(second.data.frames[0].level_dbmv[500]).toBeCloseTo(
      10 * Math.log10(second.data.frames[0].power_raw[500]) - 60,
      3,
    );
  });

  it("prints a table with units in its column names, nothing where nothing was measured", async () => {
    const { out } = await pnm(["decode", "--csv", "rx.bin"]);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toBe("frequency_hz,rxmer_raw_quarter_db,rxmer_db");
    expect(lines[1]).toBe("300000000,255,");
    expect(lines[21]).toBe("300500000,157,39.25");
    expect(lines).toHaveLength(1 + SUBCARRIERS);
    expect((await pnm(["decode", "--csv", "-o", "csv-tables", "rx.bin", "utsc.bin"])).status).toBe(0);
    for (const table of readdirSync(join(folder, "csv-tables"))) {
      expect(readFileSync(join(folder, "csv-tables", table), "utf8")).toMatch(/^[a-z_]+,/);
    }
    expect((await pnm(["decode", "--csv", "--no-raw", "utsc.bin"])).out.split("\n")[0]).toBe(
      "frame,frequency_hz,level_dbmv",
    );
  });

  it("leaves out values and raw integers on request, and indents", async () => {
    const { out } = await pnm(["decode", "--no-data", "--pretty", "rx.bin"]);
    expect(JSON.parse(out)).not.toHaveProperty("data");
    expect(out.split("\n").length).toBeGreaterThan(20);
    expect(JSON.parse((await pnm(["decode", "--no-raw", "rx.bin"])).out).data).not.toHaveProperty(
      "rxmer_raw_quarter_db",
    );
  });

  it("reads a UTSC file as the options say", async () => {
    const args = ["--profile", "be-tenths", "--center-hz", "30e6", "--span-hz", "40e6", "--bins", "3200"];
    const document = JSON.parse((await pnm(["decode", ...args, "utsc.bin"])).out);
    expect(document.reading).toMatchObject({ sample_width: 2, scale_db_per_count: 0.1, bins: 3200 });
  });

  it("takes the user's word over the header's", async () => {
    const args = ["--format", "fftIQ", "--bins", "400", "--k", "0", "--center-hz", "1e6"];
    const document = JSON.parse((await pnm(["decode", ...args, "utsc.bin"])).out);
    expect(document.reading).toMatchObject({ format: "fftIQ", bins: 400 });
    expect(document.anomalies).toContain("centre frequency: the header says 45000000, the user 1000000");
  });

  it("unpacks gzip data and reads standard input", async () => {
    expect(JSON.parse((await pnm(["decode", "both.bin.gz"])).out)).toMatchObject({
      file: "both.bin.gz!both.bin",
      kind: "ds-ofdm-rxmer",
    });
    expect(JSON.parse((await pnm(["summarize", "--name", "x.bin", "-"], rxMer)).out)).toMatchObject({
      file: "x.bin",
    });
  });

  it("writes a file per capture into a directory, names made safe", async () => {
    expect((await pnm(["decode", "--csv", "-o", "tables", "rx.bin", "both.bin.gz"])).status).toBe(0);
    expect(readdirSync(join(folder, "tables")).sort()).toEqual(["both.bin.gz_both.bin.csv", "rx.bin.csv"]);
  });
});

describe("what cannot be read", () => {
  it("is told on standard error with code and offset, and the others go through", async () => {
    const { status, out, err } = await pnm(["summarize", "not-pnm.txt", "absent.bin", "rx.bin", "."]);
    expect(status).toBe(1);
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    expect(err.split("\n")).toEqual([
      "pnm: not-pnm.txt: BAD_MAGIC at offset 0: the bytes do not begin like a capture file, " +
        "expected PNN, PNM or LLD, found 3C 68 74 6D",
      "pnm: absent.bin: ENOENT: no such file",
      "pnm: .: IS_DIRECTORY: is a directory; --recursive reads the files in it",
      "",
    ]);
  });

  it("is read as far as it goes by a tolerant reader", async () => {
    const name = file("long.bin", new Uint8Array([...rxMer, 1, 2, 3]));
    expect(await pnm(["decode", name])).toMatchObject({
      status: 1,
      err: expect.stringContaining("OVERLONG"),
    });
    const { status, out } = await pnm(["decode", "--tolerant", name]);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ anomalies: ["3 bytes follow the data, which end at 428"] });
  });

  it("names no control characters to the terminal", async () => {
    const name = file("\u001b[31mred", "no capture");
    expect((await pnm(["decode", name])).err).toContain("pnm: \\u001b[31mred: BAD_MAGIC");
  });

  it("is refused beyond 256 MiB without being read", async () => {
    const name = file("sparse.bin", "");
    truncateSync(join(folder, name), 300 * 1024 * 1024);
    expect(await pnm(["decode", name])).toMatchObject({
      status: 1,
      err: expect.stringContaining("TOO_LARGE"),
    });
    rmSync(join(folder, name));
  });

  it("does not keep a directory from being read", async () => {
    mkdirSync(join(folder, "sub"), { recursive: true });
    file("sub/a.bin", rxMer);
    file("sub/b.bin", rxMer.subarray(0, 60));
    const { status, out, err } = await pnm(["summarize", "-r", "sub"]);
    expect({ status, files: out.trimEnd().split("\n").length }).toEqual({ status: 1, files: 1 });
    expect(err).toContain("pnm: sub/b.bin: TRUNCATED at offset");
  });
});

describe("the command line", () => {
  it("explains itself", async () => {
    for (const args of [["--help"], ["decode", "--help"], ["summarize", "-h"], ["plot", "--help"]]) {
      expect(await pnm(args)).toMatchObject({
        status: 0,
        err: "",
        out: expect.stringContaining("Usage: pnm"),
      });
    }
  });

  it.each([
    [[], /no command/],
    [["decod"], /no command "decod"/],
    [["decode"], /no file/],
    [["decode", "--cvs", "rx.bin"], /--cvs/],
    [["decode", "--bins", "many", "rx.bin"], /--bins is "many"/],
    [["decode", "--k", "-6000.5", "rx.bin"], /--k is "-6000.5", expected a whole number/],
    [["decode", "--format", "fft", "rx.bin"], /expected timeIQ, fftPower/],
    [["plot", "rx.bin"], /needs -o/],
    [["plot", "-o", "x.gif", "rx.bin"], /neither in .svg nor/],
    [["plot", "-o", "x.svg", "rx.bin", "utsc.bin"], /directory/],
  ] as const)("%j ends with 2 and a reason", async (args, reason) => {
    const { status, out, err } = await pnm(args);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toMatch(reason);
  });

  it("reaches the process: standard input and output, and the exit codes 0, 1 and 2", () => {
    const summary = program(["summarize", "--name", "x.bin", "-"], rxMer);
    expect(summary).toMatchObject({ status: 0, err: "" });
    expect(JSON.parse(summary.out)).toMatchObject({ file: "x.bin", size: rxMer.length });
    expect(program(["decode", "not-pnm.txt"])).toMatchObject({
      status: 1,
      out: "",
      err: expect.stringContaining("BAD_MAGIC"),
    });
    expect(program([])).toMatchObject({ status: 2, out: "", err: expect.stringMatching(/no command/) });
  });

  it("ends quietly when its reader has seen enough", async () => {
    const args = [
      "--conditions=@pnmlab/source",
      PROGRAM,
      "decode",
      ...new Array<string>(200).fill("utsc.bin"),
    ];
    const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, INIT_CWD: folder } });
    let err = "";
    child.stderr.on("data", (chunk) => (err += chunk));
    child.stdout.once("data", () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on("exit", resolve));
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });
});

describe("pnm plot", () => {
  it("draws a well-formed picture with units, and the same one again", async () => {
    expect(await pnm(["plot", "rx.bin", "-o", "rx.svg"])).toMatchObject({ status: 0, out: "", err: "" });
    const svg = readFileSync(join(folder, "rx.svg"), "utf8");
    for (const words of [
      "Frequency, MHz",
      "RxMER, dB",
      "01:02:03:04:05:06",
      "DS channel 34",
      "not measurable",
    ]) {
      expect(svg).toContain(words);
    }
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg.match(/<(g|text|clipPath|pattern|defs|svg)\b/g)!.length).toBe(
      svg.match(/<\/(g|text|clipPath|pattern|defs|svg)>/g)!.length,
    );
    await pnm(["plot", "rx.bin", "-o", "again.svg"]);
    expect(readFileSync(join(folder, "again.svg"), "utf8")).toBe(svg);
  });

  it("draws PNG images of the given width", async () => {
    expect(
      (await pnm(["plot", "utsc.bin", "rx.bin", "--image", "png", "--width", "500", "-o", "images"])).status,
    ).toBe(0);
    for (const name of ["utsc.bin.png", "rx.bin.png"]) {
      const png = readFileSync(join(folder, "images", name));
      expect(png.subarray(1, 4).toString()).toBe("PNG");
      expect(png.readUInt32BE(16)).toBe(500);
    }
  });

  it("refuses a result set the file does not have", async () => {
    expect(await pnm(["plot", "utsc.bin", "--frame", "3", "-o", "x.svg"])).toMatchObject({
      status: 1,
      err: expect.stringContaining("no result set 3"),
    });
    expect(existsSync(join(folder, "x.svg"))).toBe(false);
  });
});

/** Paths at which two JSON values differ by more than 1e-9. */
function differences(actual: unknown, golden: unknown, path = ""): string[] {
  if (typeof actual === "number" && typeof golden === "number" && Number.isInteger(golden) === false) {
    return Math.abs(actual - golden) <= 1e-9 ? [] : [`${path}: ${actual} is not ${golden}`];
  }
  if (typeof golden !== "object" || golden === null || typeof actual !== "object" || actual === null) {
    return actual === golden ? [] : [`${path}: ${String(actual)} is not ${String(golden)}`];
  }
  const keys = new Set([...Object.keys(golden), ...Object.keys(actual)]);
  return [...keys].flatMap((key) =>
    differences(
      (actual as Record<string, unknown>)[key],
      (golden as Record<string, unknown>)[key],
      `${path}.${key}`,
    ),
  );
}

const hasFixtures = existsSync(FIXTURES);
if (!hasFixtures) console.warn("skipped: the folder of real captures beside the repository is not there");

describe.skipIf(!hasFixtures)("real captures", () => {
  const names = hasFixtures ? readdirSync(FIXTURES).filter((name) => name.endsWith(".bin")) : [];
  const paths = names.map((name) => join(FIXTURES, name));

  it("are summarized with every key and value an independent decoder found, and no other", async () => {
    const { status, out, err } = await pnm(["summarize", ...paths]);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    const lines = out.trimEnd().split("\n");
    expect(lines).toHaveLength(names.length);
    for (const [n, line] of lines.entries()) {
      const golden = JSON.parse(readFileSync(join(FIXTURES, "golden", `${names[n]}.json`), "utf8"));
      expect(differences(JSON.parse(line), golden), names[n]).toEqual([]);
    }
  });

  it("are summarized the same from an archive, but for the file's name", async () => {
    const whole = JSON.parse((await pnm(["summarize", paths[0]!])).out);
    file("one.gz", gzipSync(readFileSync(paths[0]!)));
    const packed = JSON.parse((await pnm(["summarize", "one.gz"])).out);
    expect({ ...packed, file: whole.file }).toEqual(whole);
    expect(gunzipSync(readFileSync(join(folder, "one.gz"))).length).toBe(whole.size);
  });

  it("are decoded without a word on standard error, as JSON and as tables, and every one is drawn", async () => {
    for (const args of [["decode"], ["decode", "--csv"], ["plot", "-o", "real"]]) {
      const { status, err } = await pnm([...args, ...paths]);
      expect({ status, err }).toEqual({ status: 0, err: "" });
    }
    const pictures = readdirSync(join(folder, "real"));
    expect(pictures.sort()).toEqual(paths.map((path) => `${basename(path)}.svg`).sort());
    for (const name of pictures) expect(readFileSync(join(folder, "real", name), "utf8")).not.toMatch(/NaN/);
  });

  it("keep every byte of their raw integers in the JSON", async () => {
    const path = paths.find((candidate) => candidate.endsWith("/rxmer.bin"))!;
    const document = JSON.parse((await pnm(["decode", path])).out);
    const bytes = new Uint8Array(readFileSync(path));
    const record = { ...decodePnm(bytes), quarterDb: Uint8Array.from(document.data.rxmer_raw_quarter_db) };
    expect(Buffer.compare(encodePnm(record as UsOfdmaRxMerRecord), bytes)).toBe(0);
  });
});
