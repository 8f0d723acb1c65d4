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
const ports = (cmts: number) => lab.simulator.devices[cmts]!.rfPorts;
const livePath = (cmts: number) => `${lab.url}/live/lab-cmts-${cmts + 1}/${ports(cmts)[0]!.ifIndex}`;
const footer = () => page.locator("footer");
const room = () => page.getByRole("region", { name: "Room for this test" });

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

run("before a start the set-up says that port, line card and chassis have room", async () => {
  await page.goto(lab.signInLink());
  await page.goto(`${livePath(1)}/setup`);
  await footer().getByText("All values pass.").waitFor();
  const text = (await room().textContent())!;
  expect(text).toMatch(/Port us-conn 0\/0\s*free/);
  expect(text).toMatch(/Line card 0\s*0 of 1 in use/);
  expect(text).toMatch(/Chassis\s*0 running, no limit known/);
});

run("a line card that is full says who holds it, in the room and in the verdict", async () => {
  const other = ports(1)[1]!;
  lab.simulator.inject("lab-cmts-2", { kind: "otherManager", rfPort: other.ifIndex });
  await page.getByRole("button", { name: "Preview, sends nothing" }).click();
  await room().getByText("1 of 1 in use, full").waitFor();
  await room()
    .getByText(/Held by a test on us-conn 0\/1 that no session of this backend has started/)
    .first()
    .waitFor();
  await footer()
    .getByText(/runs 1 UTSC test at a time on line card 0/)
    .waitFor();
  await picture(page, "utsc-setup-room");
});

run(
  "a value that a rule of the CMTS refuses is told at its field of the live page, with one that passes",
  async () => {
    await page.goto(livePath(1));
    await page.getByRole("tab", { name: "Set-up" }).click();
    await page.locator("#setup-span").fill("85");
    const issue = page.locator("#setup-span-issue");
    await issue.getByText(/80, 160/).waitFor();
    expect(await page.getByRole("button", { name: "Apply and start" }).isDisabled()).toBe(true);
    expect(await page.locator("#setup-span").getAttribute("aria-invalid")).toBe("true");
    await issue.getByRole("button", { name: /^Use 80/ }).click();
    expect(await page.locator("#setup-span").inputValue()).toBe("80.000");
    await issue.waitFor({ state: "detached" });
  },
);

run("a modem that the CMTS does not know is refused at the field of the modem", async () => {
  await page.goto(`${livePath(0)}/setup`);
  await footer().getByText("All values pass.").waitFor();
  await page.locator("#setup-triggerMode").selectOption("cmMac");
  await page.locator("#setup-cmMacAddr").fill("02:00:00:00:00:01");
  const rule = page.locator("#setup-cmMacAddr-rule");
  await rule.getByText("Refused.").waitFor();
  expect(await rule.textContent()).toContain("02:00:00:00:00:01");
  await footer().getByText("1 value refused:").waitFor();
  await page.keyboard.press("Escape");
  await picture(page, "utsc-setup-refused-modem");
  await footer()
    .getByRole("button", { name: /^modem/ })
    .click();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("setup-cmMacAddr");
  await page.locator("#setup-triggerMode").selectOption("freeRunning");
  await footer().getByText("All values pass.").waitFor();
});

run("none of it is a complaint on the console but the refused requests themselves", () => {
  const others = complaints.filter((text) => !/status of (404|409|422)/.test(text));
  expect(others).toEqual([]);
});
