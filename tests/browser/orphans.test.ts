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
const panel = () => page.getByRole("region", { name: "Not ours" });
const dialog = () => page.getByRole("alertdialog");
const device = () => lab.simulator.devices[1]!;
const rfPort = () => device().rfPorts[0]!.ifIndex;
const measStatus = () => lab.simulator.measStatus(device().name, rfPort());

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab());
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

run("without a test that no session owns the overview says so in one quiet line", async () => {
  await page.goto(lab.signInLink());
  await page.goto(lab.url);
  await panel().getByText("No test that no session owns").waitFor();
  expect(await panel().locator("li").count()).toBe(0);
});

run(
  "a test of another manager is listed with its port, its file name and since when it is seen",
  async () => {
    lab.simulator.inject(device().name, { kind: "otherManager", rfPort: rfPort() });
    await panel().getByRole("button", { name: "Look again" }).click();
    const item = panel().locator("li");
    await item.waitFor();
    const text = (await item.textContent()) ?? "";
    expect(text).toContain("lab-cmts-2 / us-conn 0/0");
    expect(text).toMatch(/seen since\s+\d\d:\d\d/);
    expect(text).toContain("Another manager has started it");
  },
);

run(
  "stopping asks first, by the exact row, with the focus on leaving it; leaving it stops nothing",
  async () => {
    const file = (await panel().locator("li code").textContent())!;
    await panel().getByRole("button", { name: "Stop…" }).click();
    await dialog().getByText("Stop the test on us-conn 0/0 of lab-cmts-2?").waitFor();
    expect(await dialog().textContent()).toContain(file);
    expect(await dialog().textContent()).toContain(`${rfPort()}.`);
    await picture(page, "overview-orphan-stop");
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe("Leave it");
    await page.keyboard.press("Enter");
    await dialog().waitFor({ state: "detached" });
    expect(measStatus()).toBe("busy");
  },
);

run("a stop that is confirmed ends the test on the CMTS and empties the list", async () => {
  await panel().getByRole("button", { name: "Stop…" }).click();
  await dialog().getByRole("button", { name: "Stop the test on us-conn 0/0" }).click();
  await panel().getByText("No test that no session owns").waitFor();
  expect(measStatus()).not.toBe("busy");
  expect(complaints).toEqual([]);
});
