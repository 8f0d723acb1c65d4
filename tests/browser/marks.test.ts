import { readFile } from "node:fs/promises";
import { traceExportSchema } from "@pnmlab/protocol";
import { type Scenario, scenarios } from "@pnmlab/simulator";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { openLab, startLive } from "./open-lab.ts";

const [plant] = scenarios.clean.ports;
const line = (mhz: number, levelDbmv: number) => ({
  kind: "shortWave" as const,
  label: `${mhz} MHz`,
  frequencyHz: mhz * 1e6,
  levelDbmv,
});
/** Turned up and down while the lab runs. */
const strongest = line(9.6, 5);
const scenario: Scenario = {
  name: "three-carriers",
  ports: [
    {
      ...plant!,
      // Somebody sends all the time: a channel that is idle by chance while the reference is taken would leave its mask.
      channels: plant!.channels.map((channel) => ({ ...channel, utilization: 1 })),
      carriers: [strongest, line(7.5, -2), line(12, -8)],
    },
  ],
};
/** A channel between free spectrum and another channel. */
const CHANNEL_MHZ = 31.2;

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
const surface = () => page.locator(".plot__surface");
const frequency = () => page.locator("#marker-frequency");
const frequencyMhz = async () => Number(await frequency().inputValue());
const editor = () => page.locator("section.editor").first();
const masks = () => page.getByRole("region", { name: "Masks" });
const mask = (name: string) => page.getByRole("article", { name: `Mask ${name}`, exact: true });
const chip = () => page.locator(".mask-chip");

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab({
    cmts: [{ name: "lab-cmts-1", personality: "generic", scenario }],
  }));
  await startLive(page, lab, "?f=5_85&tab=markers", 40);
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

async function key(name: string): Promise<void> {
  await surface().focus();
  await page.keyboard.press(name);
}

async function setPeakSearch(field: string, value: string): Promise<void> {
  if (!(await page.locator(field).isVisible())) await page.getByText("Peak search").click();
  await page.locator(field).fill(value);
  await page.locator(field).press("Tab");
}

/** Where the highest peak and the ones after it are, as the keys go from one to the next. */
async function peaks(): Promise<number[]> {
  await key("p");
  await expect.poll(frequencyMhz).toBeCloseTo(9.6, 1);
  const found = [await frequencyMhz()];
  while (found.length < 3) {
    const before = await frequencyMhz();
    await key("n");
    const next = await expect
      .poll(async () => Math.abs((await frequencyMhz()) - before), { timeout: 1500 })
      .toBeGreaterThan(0.2)
      .then(
        () => true,
        () => false,
      );
    if (!next) return found;
    found.push(await frequencyMhz());
  }
  return found;
}

run("excursion and threshold decide what counts as a peak", async () => {
  await key("m");
  await setPeakSearch("#peak-threshold", "-13");
  const all = await peaks();
  for (const [at, mhz] of [9.6, 7.5, 12].entries()) expect(all[at]).toBeCloseTo(mhz, 1);
  await setPeakSearch("#peak-threshold", "-5");
  expect(await peaks()).toHaveLength(2);
  await setPeakSearch("#peak-threshold", "");
  await setPeakSearch("#peak-excursion", "80");
  // The ends of the spectrum are valleys without bottom: the strongest is always one.
  expect(await peaks()).toHaveLength(1);
  await setPeakSearch("#peak-excursion", "6");
});

const note = async () =>
  ((await editor().locator("p.editor__wide").textContent()) ?? "").replaceAll("\u2212", "-");
const numbersIn = (text: string) => [...text.matchAll(/-?\d+(?:\.\d+)?/g)].map(Number);

run("the width of a carrier grows with the distance that it is measured at", async () => {
  await key("p");
  await expect.poll(frequencyMhz).toBeCloseTo(9.6, 1);
  await page.locator("#marker-function").selectOption("width");
  const widthKhz = async () => numbersIn(await note()).at(-1)!;
  await expect.poll(note).toMatch(/^-3 dB [\d.]+ kHz$/);
  const narrow = await widthKhz();
  await page.locator("#marker-down").fill("20");
  await page.locator("#marker-down").press("Enter");
  await expect.poll(note).toMatch(/^-20 dB [\d.]+ kHz$/);
  await expect.poll(widthKhz).toBeGreaterThan(narrow * 1.3);
  // A line is as wide as the filter: some bins.
  expect(narrow).toBeGreaterThan(40);
  expect(await widthKhz()).toBeLessThan(600);
});

run("occupied bandwidth and adjacent power of a channel are those of the trace", async () => {
  await frequency().fill(String(CHANNEL_MHZ));
  await frequency().press("Enter");
  await page.locator("#marker-function").selectOption("occupied");
  await expect.poll(note).toMatch(/^99 % [\d.]+ MHz$/);
  // 5.12 Msym/s with a roll-off of 0.25.
  await expect.poll(async () => numbersIn(await note()).at(-1)!).toBeGreaterThan(4.7);
  expect(numbersIn(await note()).at(-1)).toBeLessThan(6.4);
  await page.locator("#marker-function").selectOption("adjacent");
  await key("Space");
  await page.getByText(/frames? held/).waitFor();
  await key("x");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page
      .getByRole("dialog", { name: "Export" })
      .getByRole("button", { name: "Traces as JSON", exact: true })
      .click(),
  ]);
  await page.keyboard.press("Escape");
  const { traces, axis } = traceExportSchema.parse(JSON.parse(await readFile(await download.path(), "utf8")));
  const power = (centreMhz: number) => {
    let sum = 0;
    traces.average!.forEach((level, bin) => {
      const mhz = (axis.firstBinHz + bin * axis.binSpacingHz) / 1e6;
      if (Math.abs(mhz - centreMhz) <= 3.2) sum += 10 ** (level! / 10);
    });
    return sum;
  };
  const expected = [-6.4, 6.4].map((by) => 10 * Math.log10(power(CHANNEL_MHZ + by) / power(CHANNEL_MHZ)));
  await expect.poll(note).toMatch(/^adjacent -?[\d.]+ \/ -?[\d.]+ dB$/);
  const measured = numbersIn(await note());
  for (const at of [0, 1]) expect(Math.abs(measured[at]! - expected[at]!)).toBeLessThan(0.6);
  await key("Space");
  await page.getByText(/frames? held/).waitFor({ state: "detached" });
});

async function makeMask(from: string, fields: Record<string, string>): Promise<void> {
  if (!(await page.locator("#mask-from").isVisible())) await masks().getByText("New mask").click();
  await page.locator("#mask-from").selectOption(from);
  for (const [field, value] of Object.entries(fields)) await page.locator(field).fill(value);
  await page.getByRole("button", { name: "Make mask" }).click();
}

run(
  "a mask over the noise floor fails where signals are, one around the reference where they change",
  async () => {
    await makeMask("reference", { "#mask-upper": "8", "#mask-lower": "8" });
    await masks().getByRole("alert").getByText("There is no reference trace: set one first (R).").waitFor();
    await key("r");
    await makeMask("floor", { "#mask-upper": "15" });
    await mask("floor +15 dB").getByText("Fail", { exact: true }).first().waitFor();
    await mask("floor +15 dB").getByRole("checkbox").uncheck();
    await makeMask("reference", { "#mask-upper": "15", "#mask-lower": "" });
    const around = mask("reference +15 dB");
    await expect.poll(() => around.getByRole("row", { name: /Fail/ }).count()).toBe(0);
    await around.getByText("Pass", { exact: true }).first().waitFor();
    strongest.levelDbmv = 30;
    await around.getByText("Fail", { exact: true }).first().waitFor();
    await expect.poll(() => chip().textContent()).toMatch(/reference \+15 dB.*FAIL/s);
    strongest.levelDbmv = 5;
    await expect.poll(() => around.getByText("Fail", { exact: true }).count()).toBe(0);
  },
);

run(
  "masks are saved to a file, read back, and a file of something else is refused by its field",
  async () => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      masks().getByRole("button", { name: "Export JSON" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("pnmlab-masks.json");
    const buffer = await readFile(await download.path());
    for (const name of ["floor +15 dB", "reference +15 dB"]) {
      await mask(name).getByText("Change", { exact: true }).click();
      await mask(name).getByRole("button", { name: "Delete mask" }).click();
      await expect.poll(() => mask(name).count()).toBe(0);
    }
    const file = masks().getByLabel("File of masks");
    await file.setInputFiles({ name: "masks.json", mimeType: "application/json", buffer });
    await mask("reference +15 dB").getByText("Pass", { exact: true }).first().waitFor();
    expect(await mask("floor +15 dB").getByRole("checkbox").isChecked()).toBe(false);
    strongest.levelDbmv = 30;
    await mask("reference +15 dB").getByText("Fail", { exact: true }).first().waitFor();
    const broken = JSON.parse(buffer.toString("utf8"));
    broken.masks[0].consecutiveFrames = 0;
    await file.setInputFiles({
      name: "broken.json",
      mimeType: "application/json",
      buffer: Buffer.from(JSON.stringify(broken)),
    });
    await masks()
      .getByRole("alert")
      .getByText(/consecutiveFrames/)
      .waitFor();
    expect(await masks().getByRole("article").count()).toBe(2);
    expect(complaints).toEqual([]);
  },
);
