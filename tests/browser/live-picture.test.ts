import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeUtsc } from "@pnmlab/pnm-codec";
import type { Recording } from "@pnmlab/protocol";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath, complaintsOf, PATIENCE_MS } from "./chromium.ts";
import { openLab } from "./open-lab.ts";

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
const surface = () => page.locator(".plot__surface");
const device = () => lab.simulator.devices[0]!;
const livePath = () => `${lab.url}/live/${device().name}/${device().rfPorts[0]!.ifIndex}?f=5_85`;
const GUTTERS = { left: 68, right: 58 };

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  // One whose result table holds no samples: without files there is no picture.
  ({ lab, browser, page, complaints } = await openLab({
    cmts: [{ name: "lab-cmts-1", personality: "cisco-cbr8" }],
  }));
  await page.goto(lab.signInLink());
  await page.goto(livePath());
  await page
    .getByRole("button", { name: /^Start/ })
    .first()
    .click();
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 100);
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

interface Pixels {
  /** Mean red, green and blue, from 0 to 255. */
  mean: [number, number, number];
  /** Largest difference between the channels of a pixel, on average. */
  chroma: number;
  /** Share of the pixels that have the most frequent colour. */
  plain: number;
}

/** What the newest rows of the waterfall look like on the screen, as deep as pixels say. */
async function waterfall(depthPx = 60): Promise<Pixels> {
  const box = (await surface().boundingBox())!;
  const axis = (await page.getByRole("slider", { name: "Height of the trace" }).boundingBox())!;
  const clip = {
    x: box.x + GUTTERS.left + 200,
    y: axis.y + axis.height + 2,
    width: box.width - GUTTERS.left - GUTTERS.right - 220,
    height: depthPx,
  };
  const png = (await page.screenshot({ clip })).toString("base64");
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d")!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const counts = new Map<number, number>();
    const mean: [number, number, number] = [0, 0, 0];
    let chroma = 0;
    const pixels = data.length / 4;
    for (let at = 0; at < data.length; at += 4) {
      const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!];
      mean[0] += r / pixels;
      mean[1] += g / pixels;
      mean[2] += b / pixels;
      chroma += (Math.max(r, g, b) - Math.min(r, g, b)) / pixels;
      const colour = r * 65536 + g * 256 + b;
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    return { mean, chroma, plain: Math.max(...counts.values()) / pixels };
  }, png);
}

const waterfallMenu = () => page.getByRole("button", { name: /^Waterfall: / });

run("every palette paints the same spectra in other colours, grey without any", async () => {
  await surface().focus();
  await page.keyboard.press("Space");
  await page.getByText(/frames? held/).waitFor();
  const seen: Pixels[] = [];
  for (const name of ["deep", "paper", "viridis", "inferno", "turbo", "grey"]) {
    await waterfallMenu().click();
    await page.getByRole("combobox", { name: "Palette" }).selectOption(name);
    await page.keyboard.press("Escape");
    await page.getByRole("combobox", { name: "Palette" }).waitFor({ state: "detached" });
    const apart = (one: Pixels, other: Pixels) =>
      Math.hypot(...one.mean.map((value, channel) => value - other.mean[channel]!));
    await expect
      .poll(async () => {
        const now = await waterfall();
        return Math.min(99, ...seen.map((other) => apart(now, other)));
      })
      .toBeGreaterThan(3);
    seen.push(await waterfall());
  }
  expect(seen.at(-1)!.chroma).toBeLessThan(2);
  for (const { chroma } of seen.slice(2, 5)) expect(chroma).toBeGreaterThan(15);
  await surface().focus();
  await page.keyboard.press("w");
  await waterfallMenu().click();
  expect(await page.getByRole("combobox", { name: "Palette" }).inputValue()).toBe("deep");
});

run("limits of the colours decide which levels differ on the screen", async () => {
  const limit = (name: string) => page.getByRole("textbox", { name: new RegExp(`^${name} limit`) });
  const set = async (name: string, value: string) => {
    await limit(name).fill(value);
    await limit(name).press("Enter");
  };
  await set("Upper", "0");
  await set("Lower", "-70");
  await page.keyboard.press("Escape");
  await expect.poll(async () => (await waterfall()).plain).toBeLessThan(0.3);
  await waterfallMenu().click();
  // Everything lies below the lower limit: one colour.
  await set("Upper", "60");
  await set("Lower", "50");
  await page.keyboard.press("Escape");
  await expect.poll(async () => (await waterfall()).plain).toBeGreaterThan(0.75);
  await waterfallMenu().click();
  await set("Lower", "-70");
  await set("Upper", "-75");
  // The other limit makes room.
  await expect.poll(() => limit("Lower").inputValue()).toMatch(/^[-−]80$/);
  await set("Upper", "0");
  await page.keyboard.press("Escape");
  await surface().focus();
  await page.keyboard.press("Space");
  await page.getByText(/frames? held/).waitFor({ state: "detached" });
});

run("an interruption of the files is drawn as a gap in the waterfall, with its length", async () => {
  const before = await page.evaluate(() => window.pnmlab!.trace()!.capturedAtMs);
  const mend = lab.simulator.inject(device().name, { kind: "upload", behaviour: { kind: "lost" } });
  await expect
    .poll(() => page.evaluate(() => Date.now() - window.pnmlab!.trace()!.capturedAtMs))
    .toBeGreaterThan(4000);
  mend();
  await page.waitForFunction((ms) => window.pnmlab!.trace()!.capturedAtMs > ms + 4000, before);
  await page
    .locator(".top-bar__figures")
    .getByText(/^last gap/)
    .waitFor();
  await surface().focus();
  await page.keyboard.press("x");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("dialog", { name: "Export" }).getByRole("button", { name: "SVG", exact: true }).click(),
  ]);
  await page.keyboard.press("Escape");
  const svg = await readFile(await download.path(), "utf8");
  const words = [...svg.matchAll(/gap ([\d.]+) s/g)].map((match) => Number(match[1]));
  expect(words.length).toBeGreaterThanOrEqual(1);
  expect(words[0]).toBeGreaterThan(3);
  expect(words[0]).toBeLessThan(30);
});

run("Ctrl Z right after Keep deletes what was kept, and leaves the markers alone", async () => {
  await page.getByRole("tab", { name: "Markers" }).click();
  await surface().focus();
  await page.keyboard.press("m");
  const markers = page.getByRole("table", { name: "Markers" }).locator("tbody tr");
  await expect.poll(() => markers.count()).toBe(1);
  await surface().focus();
  await page.keyboard.press("k");
  await page.getByLabel("Name").fill("By mistake");
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  await page.getByText("Kept as “By mistake”.").waitFor();
  await page.keyboard.press("Control+z");
  const labels = async () => {
    const answer = await fetch(`${lab.url}/api/recordings`, { headers: { cookie: await lab.signIn() } });
    return ((await answer.json()) as { recordings: Recording[] }).recordings.map(({ label }) => label);
  };
  await expect.poll(labels).not.toContain("By mistake");
  await page.getByText("Kept as “By mistake”.").waitFor({ state: "detached" });
  expect(await markers.count()).toBe(1);
  await surface().focus();
  await page.keyboard.press("Control+z");
  await expect.poll(() => markers.count()).toBe(0);
  expect(complaints).toEqual([]);
});

run("a stored timeIQ capture is saved as SigMF, sample for sample", async () => {
  const samples = Int16Array.from({ length: 2 * 256 }, (_, at) => Math.round(900 * Math.sin(at / 3)));
  const file = encodeUtsc({
    form: "e6000-328",
    captureTimeS: 1_790_000_000,
    ifIndex: 1001,
    ccapId: "lab-cmts-1",
    outputFormat: "timeIQ",
    bins: 256,
    centerFrequencyHz: 30_000_000,
    spanHz: 25_600_000,
    samples,
  });
  await writeFile(join(lab.config.tftpDir, "time-iq.bin"), file);
  await page.goto(`${lab.url}/captures`);
  const row = page.getByRole("row", { name: /time-iq\.bin/ });
  await row.getByText("Decoded").waitFor();
  await row.getByRole("link").click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Samples as SigMF" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/timeIQ\.sigmf$/);
  const tar = await readFile(await download.path());
  const parts = new Map<string, Buffer>();
  for (let at = 0; tar[at] !== 0; ) {
    const name = tar.toString("latin1", at, tar.indexOf(0, at));
    const size = Number.parseInt(tar.toString("latin1", at + 124, at + 135), 8);
    parts.set(name.replace(/^.*\.sigmf-/, ""), tar.subarray(at + 512, at + 512 + size));
    at += 512 * (1 + Math.ceil(size / 512));
  }
  const meta = JSON.parse(parts.get("meta")!.toString("utf8"));
  expect(meta.global).toMatchObject({ "core:datatype": "ci16_le", "core:sample_rate": 25_600_000 });
  expect(meta.captures[0]["core:frequency"]).toBe(30_000_000);
  const data = parts.get("data")!;
  expect(Array.from({ length: samples.length }, (_, at) => data.readInt16LE(at * 2))).toEqual([...samples]);
});

/** Fingers as a touch screen reports them. */
async function fingers(session: CDPSession, path: readonly (readonly [number, number])[][]): Promise<void> {
  for (const [step, points] of path.entries()) {
    await session.send("Input.dispatchTouchEvent", {
      type: step === 0 ? "touchStart" : "touchMove",
      touchPoints: points.map(([x, y], id) => ({ x, y, id })),
    });
  }
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}

run("two fingers zoom and move the frequencies, a tap of two takes the zoom back", async () => {
  const context = await browser.newContext({ viewport: { width: 1180, height: 820 }, hasTouch: true });
  await context.addInitScript(() => localStorage.setItem("pnmlab.hints", "wheel,marker,timeline,keys"));
  page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const said = complaintsOf(page);
  await page.goto(lab.signInLink());
  await page.goto(livePath());
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 0);
  const session = await context.newCDPSession(page);
  const box = (await surface().boundingBox())!;
  const [x, y] = [box.x + GUTTERS.left + (box.width - GUTTERS.left - GUTTERS.right) / 2, box.y + 120];
  const range = () =>
    (new URL(page.url()).searchParams.get("f") ?? "5_85").split("_").map(Number) as [number, number];
  const width = () => range()[1] - range()[0];
  /** The address follows a moment later. */
  const rest = async () => {
    for (let before = ""; before !== page.url(); await page.waitForTimeout(800)) before = page.url();
  };
  const pair = (apart: number, by = 0) =>
    [
      [x - apart + by, y],
      [x + apart + by, y],
    ] as const;
  await fingers(
    session,
    Array.from({ length: 9 }, (_, step) => [...pair(60 + 15 * step)]),
  );
  // Three times as far apart: a third of the width, around the same frequency.
  await rest();
  expect(width()).toBeLessThan(32);
  expect(width()).toBeGreaterThan(22);
  const middle = (range()[0] + range()[1]) / 2;
  expect(Math.abs(middle - 45)).toBeLessThan(2);
  const zoomed = range();
  await fingers(
    session,
    Array.from({ length: 11 }, (_, step) => [...pair(100, 20 * step)]),
  );
  await expect.poll(() => range()[0]).toBeLessThan(zoomed[0] - 3);
  await rest();
  expect(width()).toBeCloseTo(zoomed[1] - zoomed[0], 0);
  await fingers(session, [[...pair(80)]]);
  await expect.poll(() => Math.abs(range()[0] - zoomed[0])).toBeLessThan(0.5);
  expect(said).toEqual([]);
  await context.close();
});
