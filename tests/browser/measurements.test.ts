import { readFile } from "node:fs/promises";
import {
  decodeSpectrumFrame,
  type Recording,
  type SpectrumFrame,
  type TraceExport,
  traceExportSchema,
} from "@pnmlab/protocol";
import { type Scenario, scenarios } from "@pnmlab/simulator";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { openLab, startLive } from "./open-lab.ts";

const CARRIER_MHZ = 9.6;
const [plant] = scenarios.clean.ports;
/** Turned down and up again while the lab runs. */
const carrier = { kind: "shortWave" as const, label: "31 m", frequencyHz: CARRIER_MHZ * 1e6, levelDbmv: 5 };
const scenario: Scenario = { name: "one-carrier", ports: [{ ...plant!, carriers: [carrier] }] };
const OFF_DBMV = -200;

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
const surface = () => page.locator(".plot__surface");
const menuOf = (trace: string) => page.getByRole("button", { name: `Options of ${trace}` });
const chip = (name: RegExp) => page.locator(".bank__toggle", { hasText: name });
const dialog = () => page.getByRole("dialog", { name: "Export" });
const power = (level: number) => 10 ** (level / 10);
const dbOf = (linear: number) => 10 * Math.log10(linear);

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab({
    cmts: [{ name: "lab-cmts-1", personality: "generic", scenario }],
  }));
  await startLive(page, lab, "?f=5_85", 40);
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

const sequence = () => page.evaluate(() => window.pnmlab?.trace()?.sequence ?? 0);

/** Holds the picture, so that everything read from it is of one moment. */
async function freeze(): Promise<void> {
  await surface().focus();
  await page.keyboard.press("Space");
  await page.getByText(/frames? held/).waitFor();
}

async function release(): Promise<void> {
  await surface().focus();
  await page.keyboard.press("Space");
  await page.getByText(/frames? held/).waitFor({ state: "detached" });
}

/** The traces as the page saves them. */
async function traces(): Promise<TraceExport> {
  await surface().focus();
  await page.keyboard.press("x");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    dialog().getByRole("button", { name: "Traces as JSON", exact: true }).click(),
  ]);
  await page.keyboard.press("Escape");
  await dialog().waitFor({ state: "detached" });
  return traceExportSchema.parse(JSON.parse(await readFile(await download.path(), "utf8")));
}

/** The frames that the recorder holds up to a sequence number, oldest first. */
async function framesUpTo(last: number, count: number): Promise<SpectrumFrame[]> {
  const headers = { cookie: await lab.signIn() };
  const list = await fetch(`${lab.url}/api/recordings`, { headers });
  const { recordings } = (await list.json()) as { recordings: Recording[] };
  const ring = recordings.find(({ kind }) => kind === "ring")!;
  const found: SpectrumFrame[] = [];
  for (let fromMs = ring.firstMs!; (found.at(-1)?.sequence ?? 0) < last; ) {
    const path = `/api/recordings/${ring.id}/frames?fromMs=${fromMs}&limit=300`;
    const stream = await (await fetch(`${lab.url}${path}`, { headers })).arrayBuffer();
    if (stream.byteLength === 0) break;
    for (let offset = 0; offset < stream.byteLength; ) {
      const length = new DataView(stream).getUint32(offset, true);
      found.push(decodeSpectrumFrame(stream.slice(offset + 4, offset + 4 + length)));
      offset += 4 + length;
    }
    fromMs = found.at(-1)!.capturedAtMs + 0.001;
  }
  const wanted = found.filter((frame) => frame.sequence <= last).slice(-count);
  const read = found.map((frame) => frame.sequence).join(" ");
  expect(wanted.at(-1)!.sequence, `of ${ring.frames} frames came ${read}`).toBe(last);
  return wanted;
}

const levelsIn = (frames: readonly SpectrumFrame[], bin: number) =>
  frames.map(({ levelsHundredthsDbmv }) => levelsHundredthsDbmv[bin]! / 100);
const BINS = [60, 130, 300, 517, 700, 1100];

run(
  "the maths trace is the power sum, the difference or the smoothing of the traces it is made of",
  async () => {
    await surface().focus();
    await page.keyboard.press("8");
    await freeze();
    await menuOf("Maths").click();
    await page.getByRole("combobox", { name: "A", exact: true }).selectOption("live");
    await page.getByRole("combobox", { name: "B", exact: true }).selectOption("average");
    await chip(/Maths\s*Live \+ Average/).waitFor();
    await page.keyboard.press("Escape");
    const sum = await traces();
    const { live, average } = sum.traces;
    for (const bin of BINS) {
      expect(sum.traces.user![bin]).toBeCloseTo(dbOf(power(live![bin]!) + power(average![bin]!)), 1);
    }
    await menuOf("Maths").click();
    await page.getByRole("combobox", { name: "Maths" }).selectOption("difference");
    await chip(/Maths\s*Live − Average/).waitFor();
    await page.keyboard.press("Escape");
    const difference = await traces();
    expect(difference.sequence, "the picture is held").toBe(sum.sequence);
    for (const bin of BINS) expect(difference.traces.user![bin]).toBeCloseTo(live![bin]! - average![bin]!, 1);
    await menuOf("Maths").click();
    await page.getByRole("combobox", { name: "Maths" }).selectOption("smooth");
    await page.getByLabel("Bins (odd)").fill("4");
    await page.getByLabel("Bins (odd)").press("Enter");
    await chip(/Maths\s*Live over 5 bins/).waitFor();
    await page.keyboard.press("Escape");
    const smooth = (await traces()).traces.user!;
    for (const bin of BINS) {
      const around = live!.slice(bin - 2, bin + 3).map((level) => power(level!));
      expect(smooth[bin]).toBeCloseTo(dbOf(around.reduce((total, one) => total + one) / 5), 1);
    }
    await release();
    await page.keyboard.press("8");
  },
);

async function setAverage(mode: string, count: number): Promise<void> {
  await menuOf("Average").click();
  await page.getByLabel("Mode").selectOption(mode);
  await page.getByLabel("Frames N").fill(String(count));
  await page.getByLabel("Frames N").press("Enter");
  await page.keyboard.press("Escape");
}

run("a moving average is the mean power of the last frames, a fixed one stops at its count", async () => {
  await setAverage("moving", 25);
  await chip(/Average\s*25, power/).waitFor();
  await freeze();
  const { sequence: last, traces: shown } = await traces();
  const frames = await framesUpTo(last, 25);
  for (const bin of BINS) {
    const mean = levelsIn(frames, bin).reduce((total, level) => total + power(level), 0) / 25;
    expect(shown.average![bin]).toBeCloseTo(dbOf(mean), 1);
  }
  await release();
  await setAverage("fixed", 30);
  await chip(/Average\s*30, fixed/).waitFor();
  const full = await traces();
  await expect.poll(sequence).toBeGreaterThan(full.sequence + 10);
  const later = await traces();
  expect(later.sequence).toBeGreaterThan(full.sequence);
  expect(later.traces.average).toEqual(full.traces.average);
  expect(later.traces.live).not.toEqual(full.traces.live);
  await menuOf("Average").click();
  await page.getByRole("button", { name: "Start again" }).click();
  await chip(/Average\s*\d+ of 30, fixed/).waitFor();
  await page.keyboard.press("Escape");
  await setAverage("moving", 16);
});

run("the percentile band is that of the shares and frames that were set", async () => {
  await menuOf("p10–p90").click();
  await page.getByLabel(/^Lower edge/).fill("25");
  await page.getByLabel(/^Lower edge/).press("Enter");
  await page.getByLabel(/^Upper edge/).fill("75");
  await page.getByLabel(/^Upper edge/).press("Enter");
  await page.getByLabel("Frames", { exact: true }).fill("60");
  await page.getByLabel("Frames", { exact: true }).press("Enter");
  await page.keyboard.press("Escape");
  await chip(/p25–p75\s*60 frames/).waitFor();
  await freeze();
  const { sequence: last } = await traces();
  const frames = await framesUpTo(last, 60);
  const box = (await surface().boundingBox())!;
  for (const share of [0.2, 0.4, 0.7]) {
    await page.mouse.move(box.x + box.width * share, box.y + 150);
    const read = async () => {
      const text = (await page.locator(".tip").allTextContents()).join(" ").replaceAll("\u2212", "-");
      const numberAfter = (name: string) => Number(new RegExp(`${name}\\s*(-?[\\d.]+)`).exec(text)?.[1]);
      return { bin: numberAfter("bin"), edges: ["p25", "p50", "p75"].map(numberAfter) };
    };
    await expect.poll(async () => (await read()).edges.every(Number.isFinite)).toBe(true);
    const { bin, edges } = await read();
    const sorted = levelsIn(frames, bin).toSorted((a, b) => a - b);
    [15, 30, 45].forEach((rank, at) => {
      // Cells of half a dB, and the frames of an edge between two.
      expect(edges[at]).toBeGreaterThan(sorted[rank - 3]! - 0.6);
      expect(edges[at]).toBeLessThan(sorted[rank + 2]! + 0.6);
    });
  }
  await release();
});

/** Level that the max hold shows at the carrier, and when. */
async function heldLevel(): Promise<{ level: number; atMs: number }> {
  const { traces: shown, axis, capturedAt } = await traces();
  const bin = Math.round((CARRIER_MHZ * 1e6 - axis.firstBinHz) / axis.binSpacingHz);
  return { level: shown.max![bin]!, atMs: Date.parse(capturedAt) };
}

async function setHold(rule: string, field: string, value: number): Promise<void> {
  await menuOf("Max hold").click();
  await page.getByRole("combobox", { name: "Holds" }).selectOption(rule);
  await page.getByRole("spinbutton", { name: field }).fill(String(value));
  await page.getByRole("spinbutton", { name: field }).press("Enter");
  await page.getByRole("button", { name: "Start again" }).click();
  await page.keyboard.press("Escape");
}

run("a timed max hold lets go of a carrier when its time is over", async () => {
  await setHold("window", "Seconds", 8);
  await chip(/Max hold\s*8 s, \d+ frames/).waitFor();
  await expect.poll(async () => (await heldLevel()).level).toBeGreaterThan(2);
  carrier.levelDbmv = OFF_DBMV;
  const goneMs = Date.now();
  await expect
    .poll(() =>
      page.evaluate(() => Math.max(...window.pnmlab!.trace()!.levelDbmv.map((level) => level ?? -99))),
    )
    .toBeLessThan(0);
  expect((await heldLevel()).level, "it is held still").toBeGreaterThan(2);
  await expect.poll(async () => (await heldLevel()).level, { interval: 200 }).toBeLessThan(-40);
  expect(Date.now() - goneMs).toBeGreaterThan(7000);
  carrier.levelDbmv = 5;
});

run("a decaying max hold falls by as many dB in a second as was typed", async () => {
  await setHold("decay", "dB per second", 2);
  await chip(/Max hold\s*\d+ frames, 2\.0 dB\/s/).waitFor();
  await expect.poll(async () => (await heldLevel()).level).toBeGreaterThan(2);
  carrier.levelDbmv = OFF_DBMV;
  await expect.poll(async () => (await heldLevel()).level).toBeLessThan(2);
  const from = await heldLevel();
  await expect.poll(async () => (await heldLevel()).level).toBeLessThan(from.level - 10);
  const to = await heldLevel();
  expect(((from.level - to.level) / (to.atMs - from.atMs)) * 1000).toBeCloseTo(2, 0);
  carrier.levelDbmv = 5;
  expect(complaints).toEqual([]);
});
