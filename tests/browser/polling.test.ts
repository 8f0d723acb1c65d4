import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath, complaintsOf, launchOptions } from "./chromium.ts";

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

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
  complaints = complaintsOf(page);
  await page.goto(lab.signInLink());
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

run("a plan that is made on the page is polled, plotted and judged by its threshold", async () => {
  await page.getByRole("link", { name: "Polling" }).click();
  await page.getByText("No plan yet.").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Upstreams");
  await page.getByLabel("Interval, s", { exact: true }).fill("5");
  await page.getByLabel("Spread over, s", { exact: true }).fill("0");
  await page.getByLabel("Threshold of", { exact: true }).fill("upstream-snr");
  await page.getByLabel("Limit", { exact: true }).fill("90");
  await page.getByRole("button", { name: "Make plan" }).click();
  await page.getByRole("button", { name: "Remove Upstreams" }).waitFor();
  await page.getByText("2 of 2 read").waitFor({ timeout: 30_000 });
  await page.getByRole("application", { name: /upstream-rx-power of lab-cmts-1/ }).waitFor();
  await page.getByLabel("Metric", { exact: true }).selectOption("upstream-snr");
  await page.getByRole("application", { name: /upstream-snr of lab-cmts-1/ }).waitFor();
  await page.getByText("below 90.0 dB").first().waitFor();
  await page.getByText(/0 given up; heard/).waitFor();
});

run("a plan that cannot be read is refused with the line that is at fault", async () => {
  await page.getByLabel("Name", { exact: true }).fill("Other");
  await page.getByLabel(/Devices, one a line/).fill("lab-cmts-1 127.0.0.1");
  await page.getByRole("button", { name: "Make plan" }).click();
  await page.getByRole("alert").getByText('Device "lab-cmts-1 127.0.0.1"').waitFor();
});

run("a plan that is removed is gone, and its readings stay", async () => {
  await page.getByRole("button", { name: "Remove Upstreams" }).click();
  await page.getByText("No plan yet.").waitFor();
  await page.getByRole("application", { name: /upstream-snr of lab-cmts-1/ }).waitFor();
  expect(complaints).toEqual([]);
});
