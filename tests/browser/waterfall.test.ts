import { encodeSpectrumFrame, type Recording } from "@pnmlab/protocol";
import { encodeHead, encodeRecord, RecordKind } from "@pnmlab/recording";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { openLab } from "./open-lab.ts";

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];
let day: Recording;
/** Rows that the page asked for: how much time, and in how many rows. */
const asked: { lengthMs: number; rows: number }[] = [];

const soon: typeof expect.poll = (read, options) => expect.poll(read, { timeout: 20_000, ...options });
const run = chromiumPath ? test : test.skip;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EVERY_MS = 10_000;
const BINS = 256;
const DAY_START_MS = Date.parse("2026-03-10T00:00:00Z");

/** A day of spectra whose level falls by 1 dB every hour, as one file. */
function dayAsFile(): Uint8Array<ArrayBuffer> {
  const head = encodeHead({
    sessionId: "day",
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: lab.simulator.devices[0]!.rfPorts[0]!.ifIndex,
    rfPortName: "us 1/0",
    label: "A day",
    note: "",
    createdAt: new Date(DAY_START_MS).toISOString(),
    settings: {
      fromMs: DAY_START_MS,
      firstSequence: 1,
      requested: {
        centerFrequencyHz: 45_000_000,
        spanHz: 80_000_000,
        bins: BINS,
        repeatPeriodUs: 10_000_000,
        outputFormat: "fftPower",
      },
      accepted: null,
      observed: null,
      kHundredthsDb: null,
      channels: [],
      software: { version: "0.1.0", commit: "0123456789", dirty: false, builtAt: "2026-01-01T00:00:00.000Z" },
    },
  });
  const parts: Uint8Array[] = [head];
  for (let sequence = 1; (sequence - 1) * EVERY_MS < DAY_MS; sequence += 1) {
    const capturedAtMs = DAY_START_MS + (sequence - 1) * EVERY_MS;
    const hour = Math.floor((capturedAtMs - DAY_START_MS) / HOUR_MS);
    const frame = encodeSpectrumFrame({
      streamId: 1,
      sequence,
      capturedAtMs,
      receivedAtMs: capturedAtMs,
      firstBinHz: 5_000_000,
      binSpacingHz: 80_000_000 / BINS,
      resolutionBandwidthHz: 80_000_000 / BINS,
      kHundredthsDb: 0,
      gapBefore: false,
      uncalibrated: false,
      withheld: 0,
      levelsHundredthsDbmv: new Int16Array(BINS).fill(-1000 - 100 * hour),
    });
    parts.push(encodeRecord(RecordKind.frame, frame));
  }
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab());
  const answer = await fetch(`${lab.url}/api/recordings?label=${encodeURIComponent("A day")}`, {
    method: "POST",
    headers: { cookie: await lab.signIn(), "content-type": "application/octet-stream", origin: lab.url },
    body: dayAsFile(),
  });
  expect(answer.status, await answer.clone().text()).toBe(201);
  day = ((await answer.json()) as { recording: Recording }).recording;
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!url.pathname.endsWith("/rows")) return;
    const [fromMs, toMs, rows] = ["fromMs", "toMs", "rows"].map((name) => Number(url.searchParams.get(name)));
    asked.push({ lengthMs: toMs! - fromMs!, rows: rows! });
  });
  await page.goto(lab.signInLink());
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

const menu = () => page.getByRole("button", { name: /^Waterfall: / });
const lengthShown = async () => ((await menu().textContent()) ?? "").replaceAll(/\s+/g, " ").trim();
const divider = () => page.getByRole("slider", { name: "Height of the trace" });

/** Time and level of the row of the waterfall at a share of its height. */
async function rowAt(share: number): Promise<{ clock: string; levelDbmv: number }> {
  const surface = (await page.locator(".plot__surface").boundingBox())!;
  const axis = (await divider().boundingBox())!;
  const top = axis.y + axis.height;
  const bottom = surface.y + surface.height - 8;
  await page.mouse.move(surface.x + surface.width / 2, top + share * (bottom - top) - 2);
  await page.mouse.move(surface.x + surface.width / 2, top + share * (bottom - top));
  await page.waitForTimeout(100);
  const text = (await page.locator(".tip").allTextContents()).join("");
  const read = /(\d\d:\d\d:\d\d\.\d)\s*(no level|[\u2212-]?[\d.]+)/.exec(text);
  return {
    clock: read?.[1] ?? "",
    levelDbmv: Number((read?.[2] ?? "").replace("\u2212", "-") || Number.NaN),
  };
}

/** Clock of a time on the page, which may be elsewhere. */
const clockOf = (timeMs: number) =>
  page.evaluate((ms) => {
    const time = new Date(ms);
    return [time.getHours(), time.getMinutes(), time.getSeconds()]
      .map((part) => String(part).padStart(2, "0"))
      .join(":");
  }, timeMs);

run(
  "a day is shown from top to bottom, read once from what the recorder has summed up",
  async () => {
    await page.goto(`${lab.url}/recordings/${day.id}?at=${DAY_START_MS + DAY_MS - EVERY_MS}`);
    await page.locator(".pill", { hasText: "Playback, not live" }).waitFor();
    await soon(lengthShown).toMatch(/^\d+ s$/);
    await menu().click();
    await page.getByRole("group", { name: "Time that is shown" }).getByText("24 h").click();
    await page.keyboard.press("Escape");
    await soon(lengthShown).toBe("24 h");
    await soon(async () => (await rowAt(0.5)).levelDbmv).toBeCloseTo(-22, 0);
    expect((await rowAt(0.25)).levelDbmv).toBeCloseTo(-28, 0);
    expect((await rowAt(0.9)).levelDbmv).toBeCloseTo(-12, 0);
    const days = asked.filter(({ lengthMs }) => lengthMs > DAY_MS * 0.9);
    expect(days).toHaveLength(1);
    expect(days[0]!.lengthMs / days[0]!.rows).toBeGreaterThan(60_000);
  },
  120_000,
);

run(
  "Ctrl with the wheel, and the wheel on the times, change the time and leave the frequencies",
  async () => {
    const surface = (await page.locator(".plot__surface").boundingBox())!;
    await page.mouse.move(surface.x + surface.width / 2, surface.y + surface.height - 80);
    await page.keyboard.down("Control");
    for (let turn = 0; turn < 4; turn += 1) await page.mouse.wheel(0, -480);
    await page.keyboard.up("Control");
    await soon(lengthShown).toBe("1.4 h");
    await page.mouse.move(surface.x + 30, surface.y + surface.height - 80);
    await page.mouse.wheel(0, 480);
    await soon(lengthShown).toBe("2.8 h");
    expect(new URL(page.url()).searchParams.get("f")).toBeNull();
    await page.keyboard.press("Alt+Equal");
    await soon(lengthShown).toBe("1.4 h");
  },
);

run("pages lead back to the oldest spectrum and to the newest", async () => {
  const newest = await rowAt(0.02);
  await page.keyboard.press("PageDown");
  await soon(async () => (await rowAt(0.02)).levelDbmv).toBeGreaterThanOrEqual(newest.levelDbmv + 1);
  await page.keyboard.press("Shift+PageDown");
  await soon(async () => (await rowAt(0.97)).levelDbmv).toBeCloseTo(-10, 0);
  await page.keyboard.press("PageUp");
  await soon(async () => (await rowAt(0.97)).levelDbmv).toBeLessThan(-10.5);
  await page.keyboard.press("Shift+PageUp");
  await soon(async () => (await rowAt(0.02)).levelDbmv).toBe(newest.levelDbmv);
});

run("playing ten times as fast throws no rows away", async () => {
  await page.goto(`${lab.url}/recordings/${day.id}?at=${DAY_START_MS + 12 * HOUR_MS}&r=9000`);
  await soon(async () => (await rowAt(0.5)).levelDbmv).toBeLessThan(0);
  await page.waitForTimeout(1000);
  const before = asked.length;
  await page.getByRole("button", { name: "10×", exact: true }).click();
  await page.keyboard.press("Space");
  const rowBefore = await rowAt(0.8);
  await page.waitForTimeout(6000);
  await page.keyboard.press("Space");
  expect(asked.length - before, "reads while it played").toBeLessThanOrEqual(1);
  expect((await rowAt(0.8)).levelDbmv, "the rows stay").toBeCloseTo(rowBefore.levelDbmv, 0);
});

run("colour limits are typed, and moved by keys", async () => {
  await menu().click();
  await page.getByLabel(/^Upper limit/).fill("-5");
  await page.getByLabel(/^Lower limit/).fill("-45");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  await soon(() => new URL(page.url()).searchParams.get("c")).toBe("-45_-5");
  await page.keyboard.press("Alt+ArrowDown");
  await page.keyboard.press("Alt+Shift+ArrowUp");
  await soon(() => new URL(page.url()).searchParams.get("c")).toBe("-43_-7");
});

run("a selection is set at the playhead, and the timeline is zoomed and scrolled by keys", async () => {
  const at = (hour: number) =>
    page.goto(`${lab.url}/recordings/${day.id}?at=${DAY_START_MS + hour * HOUR_MS}`);
  await at(10);
  await page.getByRole("slider", { name: "Playhead" }).waitFor();
  await page.keyboard.press("Shift+I");
  const begin = page.getByRole("slider", { name: "Begin of the selection" });
  await soon(() => begin.getAttribute("aria-valuetext")).toContain(
    await clockOf(DAY_START_MS + 10 * HOUR_MS),
  );
  await page.getByRole("slider", { name: "Playhead" }).focus();
  for (let step = 0; step < 2; step += 1) await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+O");
  const end = page.getByRole("slider", { name: "End of the selection" });
  const hours = async () =>
    (Number(await end.getAttribute("aria-valuenow")) - Number(await begin.getAttribute("aria-valuenow"))) /
    HOUR_MS;
  await soon(hours).toBeCloseTo(4.8, 0);
  const width = async () => (await page.locator(".timeline__selection").boundingBox())!.width;
  const before = await width();
  await page.keyboard.press("Control+Shift+ArrowUp");
  await soon(width).toBeGreaterThan(before * 1.5);
  const { x } = (await page.locator(".timeline__selection").boundingBox())!;
  await page.keyboard.press("Control+Shift+ArrowLeft");
  await soon(async () => (await page.locator(".timeline__selection").boundingBox())!.x).toBeGreaterThan(
    x + 50,
  );
  await page.keyboard.press("Shift+Delete");
  await soon(() => page.locator(".timeline__selection").count()).toBe(0);
});

run("the panes are divided by keys, with the focus on the divider and without", async () => {
  const share = async () => Number(await divider().getAttribute("aria-valuenow"));
  expect(await share()).toBe(57);
  await page.keyboard.press("Control+ArrowUp");
  await soon(share).toBe(55);
  await divider().focus();
  await page.keyboard.press("Shift+ArrowDown");
  await soon(share).toBe(65);
  await page.keyboard.press("Home");
  await soon(share).toBe(57);
});

run("a box is zoomed to by limits that are typed, and Backspace leaves it", async () => {
  await page.keyboard.press("Shift+Z");
  const dialog = page.getByRole("dialog", { name: "Zoom to a box" });
  await dialog.getByLabel("From, MHz").fill("30");
  await dialog.getByLabel("To, MHz").fill("20");
  await dialog.getByRole("button", { name: "Zoom", exact: true }).click();
  await dialog.getByText("The upper frequency lies over the lower one.").waitFor();
  await dialog.getByLabel("To, MHz").fill("40");
  await dialog.getByLabel(/^Upper level/).fill("-5");
  await dialog.getByLabel(/^Lower level/).fill("-35");
  await page.keyboard.press("Enter");
  await soon(() => new URL(page.url()).searchParams.get("f")).toBe("30_40");
  expect(new URL(page.url()).searchParams.get("l")).toBe("-5_5");
});

run("the key sheet tells gestures and what the arrows do on what has the focus", async () => {
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keys of this page" });
  await sheet.getByText("Ctrl wheel; wheel on the times").waitFor();
  await sheet.getByText("Edge of the drawer: ← →").waitFor();
  await sheet.getByText("A page back in time", { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  expect(complaints).toEqual([]);
});
