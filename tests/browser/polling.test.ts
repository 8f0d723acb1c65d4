import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath, complaintsOf, launchOptions, PATIENCE_MS } from "./chromium.ts";
import { picture } from "./open-lab.ts";

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const PICTURE_AFTER_MS = 40_000;

const run = chromiumPath ? test : test.skip;

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  lab = await startTestLab({
    env: { PNMLAB_POLL_CHECK_S: "0.2", PNMLAB_POLL_FLUSH_S: "0.3", PNMLAB_AGENT_HEARTBEAT_S: "1" },
  });
  browser = await chromium.launch(launchOptions);
  page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  page.setDefaultTimeout(PATIENCE_MS);
  complaints = complaintsOf(page);
  await page.goto(lab.signInLink());
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

run("a plan that is made on the page is polled, plotted and judged by its threshold", async () => {
  await page.getByRole("link", { name: "Polling" }).click();
  await page.getByText("No plan yet. Name one in the form").waitFor();
  await page.getByText("Nothing has been read yet: there is no plan.").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Upstreams");
  await page.getByLabel("Interval, s", { exact: true }).fill("5");
  await page.getByLabel("Spread over, s", { exact: true }).fill("0");
  await page.getByLabel("Threshold of", { exact: true }).fill("upstream-snr");
  await page.getByLabel("Limit", { exact: true }).fill("90");
  await page.getByRole("button", { name: "Make plan" }).click();
  await page.getByRole("button", { name: "Remove Upstreams" }).waitFor();
  await page.getByText("2 of 2 read").waitFor();
  await page.getByRole("application", { name: /upstream-rx-power of lab-cmts-1/ }).waitFor();
  await page.getByLabel("Metric", { exact: true }).selectOption("upstream-snr");
  await page.getByRole("application", { name: /upstream-snr of lab-cmts-1/ }).waitFor();
  await page.getByText("below 90.0 dB").first().waitFor();
  await page.getByText(/0 given up; heard/).waitFor();
  await picture(page, "polling", PICTURE_AFTER_MS);
});

run("the lines of a CMTS are named by modem and channel, and found by them", async () => {
  const line = page.getByRole("group", { name: "Lines" }).getByRole("button").first();
  await expect.poll(() => line.textContent()).toMatch(/([0-9a-f]{2}:){5}[0-9a-f]{2} \S/);
  const mac = /([0-9a-f]{2}:){5}[0-9a-f]{2}/.exec((await line.textContent())!)![0];
  await page.getByPlaceholder("MAC address, channel or index").fill(mac);
  const names = () => page.getByRole("group", { name: "Lines" }).getByRole("button").allTextContents();
  await expect
    .poll(async () => (await names()).length > 0 && (await names()).every((name) => name.includes(mac)))
    .toBe(true);
  await page
    .getByRole("row", { name: /upstream-snr ([0-9a-f]{2}:){5}[0-9a-f]{2} / })
    .first()
    .waitFor();
});

run("a plan is changed in the form, by keyboard too, and goes on under its name", async () => {
  await page.getByRole("button", { name: "Change Upstreams" }).focus();
  await page.keyboard.press("Enter");
  const form = page.getByRole("form", { name: "Change Upstreams" });
  await form.waitFor();
  const name = form.getByLabel("Name", { exact: true });
  expect(await name.inputValue()).toBe("Upstreams");
  expect(await name.evaluate((input) => input === document.activeElement)).toBe(true);
  expect(await form.getByLabel("Limit", { exact: true }).inputValue()).toBe("90");
  await form.getByLabel("Interval, s", { exact: true }).fill("7");
  await form.getByRole("button", { name: "Save plan" }).click();
  await page.getByRole("form", { name: "New plan" }).waitFor();
  await page.getByRole("row", { name: /^Upstreams 7 / }).waitFor();
  await page.getByRole("button", { name: "Change Upstreams" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("form", { name: "New plan" }).waitFor();
});

run("every control of the page has a name", async () => {
  const unnamed = await page
    .locator("main, .page")
    .first()
    .locator("input, select, textarea, button")
    .evaluateAll((controls) =>
      (controls as HTMLInputElement[])
        .filter(
          (control) =>
            !control.labels?.length && !control.getAttribute("aria-label") && !control.textContent?.trim(),
        )
        .map(({ outerHTML }) => outerHTML),
    );
  expect(unnamed).toEqual([]);
});

run("a plan that cannot be read is refused with the line that is at fault", async () => {
  await page.getByLabel("Name", { exact: true }).fill("Other");
  await page.getByLabel(/Devices, one a line/).fill("lab-cmts-1 127.0.0.1");
  await page.getByRole("button", { name: "Make plan" }).click();
  await page.getByRole("alert").getByText('Device "lab-cmts-1 127.0.0.1"').waitFor();
});

run("a plan that is removed is gone, and its readings stay", async () => {
  await page.getByRole("button", { name: "Remove Upstreams" }).click();
  const question = page.getByRole("alertdialog", { name: "Remove the plan Upstreams?" });
  await question.getByText("What was read and the events stay").waitFor();
  await question.getByRole("button", { name: "Keep it" }).click();
  await page.getByRole("button", { name: "Remove Upstreams" }).click();
  await question.getByRole("button", { name: "Remove the plan" }).click();
  await page.getByText("No plan yet.").waitFor();
  await page.getByRole("application", { name: /upstream-snr of lab-cmts-1/ }).waitFor();
  expect(complaints).toEqual([]);
});
