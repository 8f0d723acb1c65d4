import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { defaultRootDir } from "@pnmlab/config";
import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath, complaintsOf, launchOptions } from "./chromium.ts";

const IMAGES = join(defaultRootDir, "docs", "images");
const POLL = { timeout: 30_000 };

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
const device = (cmts: number) => lab.simulator.devices[cmts]!;
const portOf = (cmts: number) => device(cmts).rfPorts[0]!.ifIndex;
const livePath = (cmts: number) => `${lab.url}/live/${device(cmts).name}/${portOf(cmts)}`;
const measStatus = (cmts: number) => lab.simulator.measStatus(device(cmts).name, portOf(cmts));
const button = (name: RegExp) => page.getByRole("button", { name }).first();
const dialog = () => page.getByRole("dialog");
const breakUploads = (cmts: number) =>
  lab.simulator.inject(device(cmts).name, { kind: "upload", behaviour: { kind: "unreachable" } });

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  lab = await startTestLab({
    cmts: [
      { name: "lab-cmts-1", personality: "generic" },
      { name: "lab-cmts-2", personality: "cisco-cbr8" },
    ],
  });
  browser = await chromium.launch(launchOptions);
  page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  page.setDefaultTimeout(30_000);
  complaints = complaintsOf(page);
  await page.goto(lab.signInLink());
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

async function picture(name: string): Promise<void> {
  if (!process.env.PNMLAB_UPDATE_IMAGES) return;
  await mkdir(IMAGES, { recursive: true });
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
}

run(
  "the set-up page tests the way of the files: every rung holds, and the port is left as it was",
  async () => {
    await page.goto(`${livePath(0)}/setup`);
    await page.getByText("Not tested from this page yet.").waitFor();
    await button(/^Test the way of the files/).click();
    await expect
      .poll(() => dialog().textContent(), POLL)
      .toMatch(/A capture was made and its file arrived over 127\.0\.0\.1:\d+\/udp\./);
    expect(await dialog().locator(".way__outcome").allTextContents()).toEqual(
      Array.from({ length: 11 }, () => "ok"),
    );
    expect(measStatus(0)).toBeUndefined();
    await page.keyboard.press("Escape");
    await page
      .locator(".setup__dry")
      .getByText(/Tested .* ago\./)
      .waitFor();
  },
);

run("a server that the CMTS cannot reach is the failing rung, with what to do, in one sentence", async () => {
  const mend = breakUploads(0);
  await button(/^Test the way of the files/).click();
  await dialog().getByText("Testing", { exact: true }).waitFor();
  await dialog()
    .getByRole("alert")
    .getByText(/cannot reach 127\.0\.0\.1/)
    .waitFor();
  const failed = dialog().locator(".way__rung--fail");
  expect(await failed.count()).toBe(1);
  expect(await failed.textContent()).toMatch(/Upload.*failed.*Check route and firewall/);
  expect(await dialog().getByText("not reached").count()).toBeGreaterThan(0);
  await picture("utsc-setup-file-way");
  mend();
  await dialog().getByRole("button", { name: "Test again" }).click();
  await dialog()
    .getByText(/^A capture was made/)
    .waitFor();
  await page.keyboard.press("Escape");
});

run("the pages give no complaint on the console", () => {
  // A network interface of the machine that comes or goes is none of the page's making.
  expect(complaints.filter((text) => !text.includes("ERR_NETWORK_CHANGED"))).toEqual([]);
});
