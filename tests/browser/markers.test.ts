import { type Scenario, scenarios } from "@pnmlab/simulator";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { openLab, picture } from "./open-lab.ts";

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
const GUTTERS = { left: 68, right: 58 };
const CB_MHZ = 27.185;
/** The plant of the lab, with every carrier on the air all the time. */
const scenario: Scenario = {
  ...scenarios.plant,
  ports: scenarios.plant.ports.map((plan) => ({
    ...plan,
    carriers: (plan.carriers ?? []).map(({ gate: _, ...carrier }) => carrier),
  })),
};
const SOON_MS = 60_000;

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab({
    cmts: [{ name: "lab-cmts-1", personality: "generic", scenario }],
  }));
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

const port = () => lab.simulator.devices[0]!.rfPorts[0]!.ifIndex;
const truth = () => lab.simulator.truth(lab.simulator.devices[0]!.name, port());
const table = () => page.getByRole("table", { name: "Markers" });
const frequency = () => page.locator("#marker-frequency");
const frequencyMhz = async () => Number(await frequency().inputValue());
const chip = () => page.locator(".mask-chip");
const rowOf = (name: string) => table().getByRole("row").filter({ hasText: name });

/** What comes within seconds, on a machine that is busy too. */
const soon = <Value>(read: () => Value | Promise<Value>, options: { timeout?: number } = {}) =>
  expect.poll(read, { timeout: SOON_MS, ...options });

/** A place in the trace pane: a frequency of the 5 to 85 MHz view, and a share of the pane's height. */
async function place(mhz: number, share: number): Promise<{ x: number; y: number }> {
  const box = (await page.locator(".plot__surface").boundingBox())!;
  const width = box.width - GUTTERS.left - GUTTERS.right;
  return {
    x: box.x + GUTTERS.left + ((mhz - 5) / 80) * width,
    y: box.y + 8 + share * (box.height - 40) * 0.57,
  };
}

async function click(mhz: number, share: number): Promise<void> {
  const { x, y } = await place(mhz, share);
  await page.mouse.click(x, y);
}

/** The share of the trace pane's height that a level lies at, read off the default axis. */
async function shareOf(levelDbmv: number): Promise<number> {
  const scale = new URL(page.url()).searchParams.get("l")?.split("_").map(Number) ?? [0, 10];
  return (scale[0]! - levelDbmv) / (scale[1]! * 6);
}

async function newestLevel(mhz: number): Promise<number> {
  return page.evaluate((wanted) => {
    const trace = window.pnmlab!.trace()!;
    const apart = trace.frequencyHz.map((hz) => Math.abs(hz - wanted * 1e6));
    const bin = apart.indexOf(Math.min(...apart));
    return trace.averageDbmv?.[bin] ?? Number.NaN;
  }, mhz);
}

/** The picture of the guide: one marker of each kind, a mask that fails, and a waterfall that has filled. */
async function pictureOfAll(): Promise<void> {
  const add = async (mhz: number, kind: string) => {
    await page.locator(".plot__surface").focus();
    await page.keyboard.press("m");
    await frequency().fill(String(mhz));
    await frequency().press("Enter");
    await page.locator("#marker-kind").selectOption(kind);
  };
  await add(42, "noise");
  await add(31.2, "bandPower");
  await page.locator("#marker-band").fill("6.4");
  await page.locator("#marker-band").press("Tab");
  await add(61, "normal");
  await add(78, "normal");
  await rowOf("M3").click();
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 520, undefined, {
    timeout: 90_000,
  });
  await soon(() => newestLevel(CB_MHZ)).toBeGreaterThan(-30);
  await picture(page, "live-markers-mask");
}

run(
  "a marker is set by key, moved by a click, by its field, by arrows and by a drag, and read in a table",
  async () => {
    await page.goto(lab.signInLink());
    await page.goto(`${lab.url}/live/lab-cmts-1/${port()}?f=5_85&tab=markers`);
    await page
      .getByRole("button", { name: /^Start/ })
      .first()
      .click();
    await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 20);
    await click(30, 0.2);
    expect(await table().count(), "a click without a marker does nothing").toBe(0);
    await page.locator(".plot__surface").focus();
    await page.keyboard.press("m");
    await rowOf("M1").waitFor();
    await click(37.6, 0.1);
    await soon(frequencyMhz).toBeCloseTo(37.6, 0);
    await page.keyboard.press("ArrowRight");
    const stepped = await frequencyMhz();
    await page.keyboard.press("Shift+ArrowLeft");
    await soon(frequencyMhz).toBeCloseTo(stepped - 0.5, 3);
    await frequency().fill("31.2");
    await frequency().press("Enter");
    await soon(frequencyMhz).toBeCloseTo(31.2, 1);
    await soon(() => rowOf("M1").textContent()).toMatch(/31\.\d{3}\D*−?\d+\.\d dBmV/);

    const level = await newestLevel(31.2);
    const from = await place(31.2, await shareOf(level));
    await page.mouse.move(from.x, from.y - 6);
    await page.mouse.down();
    const to = await place(34, 0.3);
    await page.mouse.move(to.x, to.y, { steps: 6 });
    await page.mouse.up();
    await soon(frequencyMhz).toBeCloseTo(34, 0);
    await page.keyboard.press("Control+z");
    await soon(frequencyMhz).toBeCloseTo(31.2, 1);
  },
);

run("peak, next peak, delta, track and delete go by keys, and Tab walks through the markers", async () => {
  await page.locator(".plot__surface").focus();
  await page.keyboard.press("p");
  await page.keyboard.press("Shift+M");
  await rowOf("Δ2").waitFor();
  await soon(() => rowOf("Δ2").textContent()).toMatch(/[+−]\d+\.\d dB/);
  await page.keyboard.press("m");
  await rowOf("M3").waitFor();
  await page.keyboard.press("v");
  await soon(() => table().locator("tr[aria-selected=true]").textContent()).toContain("M3");
  const lowestMhz = await frequencyMhz();
  expect(await newestLevel(lowestMhz)).toBeLessThan(-35);
  await page.keyboard.press("t");
  await page.getByRole("button", { name: /Track peak/, pressed: true }).waitFor();
  await page.keyboard.press("Shift+Tab");
  await soon(() => table().locator("tr[aria-selected=true]").textContent()).toContain("Δ2");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  expect(
    await page.evaluate(() => document.activeElement?.classList.contains("plot__surface")),
    "Tab leaves the plot behind the last marker",
  ).toBe(false);
  await page.locator(".plot__surface").focus();
  await page.keyboard.press("Delete");
  await soon(() => rowOf("M3").count()).toBe(0);
});

run("a double click sets a marker on the peak of the ingress that the plant has", async () => {
  const cb = truth().carriers.find(({ frequencyHz }) => frequencyHz === CB_MHZ * 1e6)!;
  expect(cb).toBeDefined();
  await soon(() => newestLevel(CB_MHZ)).toBeGreaterThan(cb.levelDbmv - 6);
  const { x, y } = await place(CB_MHZ + 0.3, 0.3);
  await page.mouse.dblclick(x, y);
  await soon(frequencyMhz).toBeCloseTo(CB_MHZ, 1);
});

run("noise and band power are kinds of a marker, with every unit on hover", async () => {
  await page.locator("#marker-kind").selectOption("bandPower");
  await page.locator("#marker-band").fill("0.5");
  await page.locator("#marker-band").press("Tab");
  await soon(() => table().locator("tr[aria-selected=true]").textContent()).toContain("500 kHz");
  const units = await table()
    .locator("tr[aria-selected=true] td[title*='dBmV']")
    .first()
    .getAttribute("title");
  for (const unit of ["dBmV", "dBm", "dBµV", "dBmV/Hz", "dBm/Hz", "dBmV/1.6 MHz"])
    expect(units).toContain(unit);
  await page.locator("#marker-kind").selectOption("noise");
  await soon(() => table().locator("tr[aria-selected=true]").textContent()).toMatch(/dBmV\/Hz/);
  await page.locator("#marker-kind").selectOption("normal");
});

run("a mask of the channel plan fails in the band of the ingress, and nowhere else for long", async () => {
  const cb = truth().carriers.find(({ frequencyHz }) => frequencyHz === CB_MHZ * 1e6)!;
  await page.locator("#mask-from").selectOption("plan");
  await page.locator("#mask-upper").fill("6");
  await page.locator("#mask-frames").fill("2");
  await page.getByRole("button", { name: "Make mask" }).click();
  await chip().waitFor();
  const bands = page.getByRole("table", { name: /^Bands of mask plan \+6 dB/ });
  const ingress = bands.getByRole("row").filter({ hasText: /2[5-7]\.\d–2[7-8]\.\d MHz/ });
  await ingress.waitFor();
  await soon(() => ingress.textContent()).toContain("Fail");
  await soon(() => chip().textContent()).toMatch(/Mask “plan \+6 dB”\s*FAIL\s*\d of \d bands/);
  expect(await ingress.textContent()).toMatch(/over \d+\.\d dB/);
  expect(await ingress.textContent()).toMatch(/\d+ frames?/);
  expect(cb.levelDbmv).toBeGreaterThan(-40);
  await soon(() => bands.getByRole("row").filter({ hasText: "Pass" }).count()).toBeGreaterThanOrEqual(2);
  if (process.env.PNMLAB_UPDATE_IMAGES) await pictureOfAll();
});

run("markers, masks and the tab come back with the address", async () => {
  await soon(() => page.url()).toContain("k=plan");
  const names = await table().locator("tbody tr th strong").allTextContents();
  await page.reload();
  await table().waitFor();
  expect(await table().locator("tbody tr th strong").allTextContents()).toEqual(names);
  await chip().waitFor();
  expect(await page.locator(".mask").count()).toBe(1);
});

run("a drawn mask takes points by clicks and from its table", async () => {
  await page.getByText("New mask").click();
  await page.locator("#mask-from").selectOption("points");
  await page.getByRole("button", { name: "Draw mask" }).click();
  await click(40, 0.5);
  await click(50, 0.3);
  const drawn = page.getByRole("article", { name: "Mask drawn" });
  await drawn.getByText("Change", { exact: true }).click();
  const points = drawn.getByRole("table", { name: "Points of the mask" });
  await soon(() => points.locator("tbody tr").count()).toBe(3);
  await points.getByRole("textbox", { name: "Frequency of a new point, MHz" }).fill("60");
  await points.getByRole("textbox", { name: "Level of a new point", exact: true }).fill("-80");
  await points.getByRole("button", { name: "Add" }).click();
  await soon(() => points.locator("tbody tr").count()).toBe(4);
  await page.keyboard.press("Escape");
  await drawn.getByText("Fail").first().waitFor();
  await drawn.getByRole("button", { name: "Delete mask" }).click();
  await soon(() => drawn.count()).toBe(0);
});

run("zero span shows the bursts of a channel at the level that the plant has", async () => {
  const burst = truth().channels.find(({ kind, utilization }) => kind === "scQam" && utilization < 0.5)!;
  const watching = page.getByRole("region", { name: "Level against time" });
  const mhz = (hz: number) => String(hz / 1e6);
  await watching.getByLabel("Band from, MHz").fill(mhz(burst.lowerHz));
  await watching.getByLabel("Band to, MHz").fill(mhz(burst.upperHz));
  await watching.getByRole("button", { name: "Follow" }).click();
  // A share of few frames scatters: of a hundred by 0.05.
  const framesKept = async () => {
    const words = (await watching.getByText(/frames kept/).textContent()) ?? "";
    return Number(/, ([\d\s]+) frames kept/.exec(words)?.[1]?.replaceAll(/\s/g, ""));
  };
  await soon(framesKept, { timeout: 60_000 }).toBeGreaterThan(100);
  const caption = watching.locator("figcaption");
  await soon(() => caption.textContent(), { timeout: 60_000 }).toMatch(/two levels/);
  const text = (await caption.textContent())!.replaceAll("−", "-");
  const [, low, lowShare, high, highShare] =
    /two levels: (-?[\d.]+) dBmV \((\d+) %\) and (-?[\d.]+) dBmV \((\d+) %\)/.exec(text)!.map(Number);
  expect(Math.abs(high! - burst.powerDbmv)).toBeLessThan(2);
  expect(high! - low!).toBeGreaterThan(15);
  expect(lowShare! + highShare!).toBeGreaterThan(97);
  expect(Math.abs(highShare! / 100 - burst.utilization)).toBeLessThan(0.2);
  const plot = watching.getByRole("img");
  await plot.hover({ position: { x: 250, y: 60 } });
  await watching.getByText(/^\d\d:\d\d:\d\d\.\d,/).waitFor();
  await watching.getByRole("button", { name: "As a table" }).click();
  expect(
    await watching.getByRole("table", { name: "Levels over time" }).locator("tbody tr").count(),
  ).toBeGreaterThan(10);
  expect(complaints).toEqual([]);
});
