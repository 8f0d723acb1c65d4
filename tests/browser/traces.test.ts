import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { openLab, picture, startLive } from "./open-lab.ts";

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
const plot = () => page.locator(".plot__surface");
const menuOf = (trace: string) => page.getByRole("button", { name: `Options of ${trace}` });
const chip = (name: RegExp) => page.locator(".bank__toggle", { hasText: name });
const tip = () => page.locator(".tip");

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab());
  await startLive(page, lab, "", 20);
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

async function boxOf(element: Locator) {
  return (await element.boundingBox())!;
}

/** A point of the plot as shares of its size. */
async function at(x: number, y: number): Promise<[number, number]> {
  const box = await boxOf(plot());
  return [box.x + x * box.width, box.y + y * box.height];
}

async function drag(from: [number, number], to: [number, number], button: "left" | "right" = "left") {
  await page.mouse.move(...(await at(...from)));
  await page.mouse.down({ button });
  await page.mouse.move(...(await at(...to)), { steps: 8 });
  await page.mouse.up({ button });
}

const query = (name: string) => new URL(page.url()).searchParams.get(name);
const whenQuery = (name: string, wanted: RegExp) =>
  page.waitForURL((url) => wanted.test(url.searchParams.get(name) ?? ""));

run("the average is told how it is made in its menu, and says how far it is", async () => {
  await menuOf("Average").click();
  await page.getByLabel("Frames N").fill("200");
  await page.getByLabel("Frames N").press("Enter");
  await chip(/of 200, power/).waitFor();
  await page.getByLabel("Mode").selectOption("log");
  await page.getByText("Reads noise 2.5 dB low;").waitFor();
  await chip(/log: −2.5 dB/).waitFor();
  await page.getByLabel("Mode").selectOption("leaky");
  await chip(/exponential 200/).waitFor();
  await whenQuery("o", /a\.leaky\.200/);
  await page.keyboard.press("Escape");
});

run("keys show and hide traces, select one and start it again alone", async () => {
  await page.keyboard.press("4");
  await chip(/Min hold\s*\d+ frames/).waitFor();
  await page.keyboard.press("Shift+3");
  await page.locator(".bank__chip--selected", { hasText: "Max hold" }).waitFor();
  const before = await chip(/Max hold/).textContent();
  const counted = page.waitForFunction(() =>
    [...document.querySelectorAll(".bank__toggle")].some((toggle) => {
      const frames = /Max hold.*?(\d+) frames/s.exec(toggle.textContent ?? "")?.[1];
      return frames !== undefined && Number(frames) < 12;
    }),
  );
  await page.keyboard.press("0");
  // Looked at in the page at every picture, because the count soon grows past it.
  await counted;
  expect(before).toMatch(/\d{2,} frames/);
  await page.keyboard.press("Shift+3");
  await page.keyboard.press("4");
});

run("a reference is taken by a key, the difference to it reads near zero at the pointer", async () => {
  await page.keyboard.press("r");
  await chip(/Reference\s*average of/).waitFor();
  await page.keyboard.press("7");
  await chip(/Difference/).waitFor();
  await page.mouse.move(...(await at(0.5, 0.2)));
  await tip().getByText("Difference").waitFor();
  await expect
    .poll(async () => (await tip().textContent())?.match(/Difference\s*([+−]?[\d.]+) dB/)?.[1])
    .toBeDefined();
  await page.keyboard.press("7");
  await page.keyboard.press("6");
});

run("persistence comes with D, draws in the trace pane and fades as its menu says", async () => {
  await page.keyboard.press("d");
  await chip(/Persistence\s*1\.0 s/).waitFor();
  await menuOf("Persistence").click();
  await page.getByLabel("Fades in").selectOption("10");
  await chip(/Persistence\s*10 s/).waitFor();
  await page.keyboard.press("Escape");
  await picture(page, "live-persistence", 1500);
  await page.keyboard.press("d");
  await chip(/Persistence/).waitFor({ state: "detached" });
});

run("wheel, drag and keys move the view, and the way back is kept", async () => {
  await page.mouse.move(...(await at(0.5, 0.2)));
  await page.mouse.wheel(0, -400);
  await whenQuery("f", /_/);
  const [low, high] = query("f")!.split("_").map(Number) as [number, number];
  expect(high - low).toBeLessThan(60);
  await drag([0.5, 0.2], [0.6, 0.2]);
  await page.waitForURL((url) => Number(url.searchParams.get("f")?.split("_")[0]) < low);
  await page.keyboard.press("z");
  await drag([0.3, 0.1], [0.5, 0.3]);
  await page.waitForURL((url) => {
    const [from, to] = (url.searchParams.get("f") ?? "").split("_").map(Number);
    return to! - from! < (high - low) / 2;
  });
  await page.keyboard.press("Backspace");
  await page.waitForURL((url) => {
    const [from, to] = (url.searchParams.get("f") ?? "").split("_").map(Number);
    return Math.abs(to! - from! - (high - low)) < 0.1;
  });
  await page.getByRole("button", { name: "5–85" }).click();
  await whenQuery("f", /^5_85$/);
});

run("one channel is shown from the list beside the spans", async () => {
  await page.getByRole("button", { name: "Show a channel" }).click();
  await page.getByRole("dialog", { name: "Show a channel" }).getByRole("button").nth(1).click();
  await page.waitForURL((url) => {
    const [from, to] = (url.searchParams.get("f") ?? "").split("_").map(Number);
    return to! - from! < 20;
  });
  await page.getByRole("button", { name: "5–85" }).click();
});

run("the level axis is dragged, and zoomed by the wheel over it", async () => {
  const cell = page.locator(".status-line .cell", { hasText: "Ref level" });
  const before = await cell.textContent();
  await drag([0.02, 0.2], [0.02, 0.35]);
  await expect.poll(() => cell.textContent()).not.toBe(before);
  await page.mouse.move(...(await at(0.02, 0.2)));
  await page.mouse.wheel(0, -100);
  await page.locator(".status-line .cell", { hasText: "5 dB/div" }).waitFor();
  await page.keyboard.press("y");
});

run("unit and offset change every level of the page and stay in the address", async () => {
  const unit = page.locator(".status-line .cell", { hasText: "Unit" });
  await unit.click();
  await page.locator("#edit-unit").selectOption("dBuV");
  await page.locator(".status-line .cell", { hasText: /Ref level.*dBµV/s }).waitFor();
  await page.locator(".status-line .cell", { hasText: "Offset" }).click();
  await page.locator("#edit-offset").fill("20");
  await page.locator("#edit-offset").press("Enter");
  await whenQuery("u", /^dBuV_20$/);
  await page.mouse.move(...(await at(0.4, 0.25)));
  await tip().getByText(/dBµV/).first().waitFor();
  const link = page.url();
  await page.reload();
  await page.locator(".status-line .cell", { hasText: /Offset.*\+20\.0 dB/s }).waitFor();
  await chip(/exponential 200/).waitFor();
  expect(page.url()).toBe(link);
  await page.goto(link.replace(/[?&]u=[^&]*/, ""));
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 20);
});

run("a box in the waterfall gives its statistics, with a threshold of one's own", async () => {
  await page.waitForTimeout(3000);
  await page.keyboard.press("b");
  await drag([0.3, 0.66], [0.5, 0.74]);
  const panel = page.getByRole("region", { name: "Statistics of the box" });
  await panel.getByText(/\d+ frames of \d+ bins/).waitFor();
  const above = () => panel.locator("dd").nth(5).textContent();
  await panel.getByLabel(/Threshold/).fill("-80");
  await panel.getByLabel(/Threshold/).press("Enter");
  await expect.poll(above).toBe("100.0 %");
  await picture(page, "live-waterfall-box");
  await panel.getByRole("button", { name: "Close the statistics" }).click();
});

run(
  "a box on the trace gives the statistics of its band above its lower edge, and zooms on request",
  async () => {
    const range = query("f");
    await page.keyboard.press("b");
    await drag([0.3, 0.1], [0.5, 0.3]);
    const panel = page.getByRole("region", { name: "Statistics of the box" });
    await panel.getByText(/\d+ frames of \d+ bins/).waitFor();
    const threshold = await panel.getByLabel(/Threshold/).inputValue();
    expect(query("f")).toBe(range);
    await page.keyboard.press("b");
    await drag([0.3, 0.1], [0.5, 0.4]);
    await expect
      .poll(async () => Number(await panel.getByLabel(/Threshold/).inputValue()))
      .toBeLessThan(Number(threshold) - 3);
    await panel.getByRole("button", { name: "Zoom here" }).click();
    await expect.poll(() => query("f")).not.toBe(range);
    await panel.getByRole("button", { name: "Close the statistics" }).click();
    // The key of the zoom zooms on the waterfall too, and tells nothing.
    const zoomed = query("f");
    await page.keyboard.press("z");
    await drag([0.3, 0.66], [0.5, 0.74]);
    await expect.poll(() => query("f")).not.toBe(zoomed);
    expect(await panel.count()).toBe(0);
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Backspace");
    await expect.poll(() => query("f")).toBe(range);
  },
);

run("the waterfall is scrolled into the past with the wheel and comes back with L", async () => {
  /** Time of day of the row under the pointer, in seconds. */
  const rowTime = async () => {
    const text = (await tip().locator("p").nth(1).textContent()) ?? "";
    const [hours, minutes, seconds] = text
      .match(/(\d+):(\d+):([\d.]+)/)!
      .slice(1)
      .map(Number);
    return hours! * 3600 + minutes! * 60 + seconds!;
  };
  await page.mouse.move(...(await at(0.5, 0.65)));
  await tip()
    .getByText(/\d:\d\d\.\d/)
    .first()
    .waitFor();
  const before = await rowTime();
  await page.keyboard.down("Shift");
  await page.mouse.wheel(0, 200);
  await page.keyboard.up("Shift");
  await expect.poll(rowTime).toBeLessThan(before - 5);
  await page.keyboard.press("l");
  await expect.poll(rowTime).toBeGreaterThan(before);
});

run("Space holds the picture and says how many frames wait, and lets them in again", async () => {
  await page.keyboard.press("Space");
  await page.getByText(/[1-9]\d* frames held/).waitFor();
  await page.keyboard.press("Space");
  await page.getByText(/frames held/).waitFor({ state: "detached" });
});

run("a pixel column shows its lowest to its highest bin where the menu of a trace says so", async () => {
  await menuOf("Live").click();
  const shows = page.getByLabel("A pixel column shows the");
  expect(await shows.getByRole("option").allTextContents()).toEqual([
    "peak",
    "lowest to highest",
    "middle bin",
  ]);
  await shows.selectOption("normal");
  await page.keyboard.press("Escape");
  await whenQuery("o", /l\.normal/);
  await chip(/^\s*Live/).hover();
  await expect
    .poll(() => chip(/^\s*Live/).getAttribute("title"))
    .toContain("Lines show the lowest to highest of each pixel column");
});

run("a marker is put on the difference, where it reads dB, and on the median of the band", async () => {
  const row = page.getByRole("table", { name: "Markers" }).getByRole("row").filter({ hasText: "M1" });
  await page.keyboard.press("r");
  await chip(/Reference\s*average of/).waitFor();
  await page.getByRole("tab", { name: "Markers" }).click();
  await page.keyboard.press("m");
  await page.getByLabel("On trace").selectOption("difference");
  await chip(/Difference/).waitFor();
  await row.getByText(/^[+−]\d+\.\d dB$/).waitFor();
  await page.getByLabel("On trace").selectOption("p50");
  await row.getByText(/^−?\d+\.\d dB[mµ]/).waitFor();
  await whenQuery("m", /_p50_/);
  await page.keyboard.press("5");
  await page.getByRole("button", { name: "Show p10–p90, which is off" }).click();
  await row.getByText(/^−?\d+\.\d dB[mµ]/).waitFor();
  await page.keyboard.press("Delete");
});

run("the page stays usable on a tablet and below", async () => {
  for (const [width, height] of [
    [1920, 1080],
    [1280, 800],
    [1024, 768],
    [880, 700],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expect.poll(async () => (await boxOf(plot())).height).toBeGreaterThanOrEqual(200);
    await expect
      .poll(async () => {
        const box = await boxOf(plot());
        return box.x + box.width;
      })
      .toBeLessThanOrEqual(width + 1);
    await expect
      .poll(() => page.evaluate(() => document.documentElement.scrollWidth))
      .toBeLessThanOrEqual(width);
  }
  await page.setViewportSize({ width: 1600, height: 1000 });
});

run("nothing was complained about", () => {
  expect(complaints).toEqual([]);
});
