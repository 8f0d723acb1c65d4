import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { openLab, startLive } from "./open-lab.ts";

// Figures of a live page come several times a second, a person types a key in that time.
const BETWEEN_KEYS_MS = 700;

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
const chip = (name: RegExp) => page.locator(".bank__toggle", { hasText: name });

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab());
  await startLive(page, lab, "?f=5_85&tab=markers", 20);
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

/** Replaces what a field holds, as slowly as a person types, and goes on by a key. */
async function typeSlowly(field: Locator, text: string, key = "Enter"): Promise<void> {
  await field.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(text, { delay: BETWEEN_KEYS_MS });
  expect.soft(await field.inputValue(), "what was typed stands there").toBe(text);
  await page.keyboard.press(key);
}

run("the time of a hold can be typed while the capture runs", async () => {
  await page.getByRole("button", { name: "Options of Max hold" }).click();
  await page.getByRole("combobox", { name: "Holds" }).selectOption("window");
  await typeSlowly(page.getByRole("spinbutton", { name: "Seconds" }), "125");
  await chip(/Max hold\s*125 s/).waitFor();
  await page.keyboard.press("Escape");
});

run(
  "limits of the colours can be typed while the capture runs, and one that is refused is put back",
  async () => {
    await page.getByRole("button", { name: /^Waterfall: / }).click();
    const lower = page.getByRole("textbox", { name: /^Lower limit/ });
    await typeSlowly(lower, "-77");
    await expect.poll(() => lower.inputValue()).toMatch(/^[-−]77$/);
    await typeSlowly(lower, "low", "Tab");
    await expect.poll(() => lower.inputValue()).toMatch(/^[-−]77$/);
    await page.keyboard.press("Escape");
  },
);

run("a marker's width is measured at the distance that was typed", async () => {
  await page.locator(".plot__surface").focus();
  await page.keyboard.press("p");
  await page.locator("#marker-function").selectOption("width");
  await typeSlowly(page.locator("#marker-down"), "12.5");
  await page
    .getByText(/−12\.5 dB /)
    .first()
    .waitFor();
  await page.getByText("Peak search").click();
  await typeSlowly(page.locator("#peak-excursion"), "14");
  await expect.poll(() => page.locator("#peak-excursion").inputValue()).toBe("14");
});

run("a mask is renamed while it judges", async () => {
  await page.locator("#mask-from").selectOption("plan");
  await page.getByRole("button", { name: "Make mask" }).click();
  const mask = page.getByRole("article", { name: "Mask plan +6 dB" });
  await mask.getByText("Change", { exact: true }).click();
  await typeSlowly(mask.getByLabel("Name"), "Leg 2");
  await page.getByRole("article", { name: "Mask Leg 2" }).waitFor();
  await typeSlowly(page.getByRole("article", { name: "Mask Leg 2" }).getByLabel("Frames in a row"), "15");
  await page.getByText("fails after 15 frames").waitFor();
  expect(complaints).toEqual([]);
});
