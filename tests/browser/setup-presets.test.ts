import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { followTheme, offencesOn } from "./axe.ts";
import { chromiumPath } from "./chromium.ts";
import { openLab, picture } from "./open-lab.ts";

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
const portOf = (cmts: string) => lab.simulator.devices.find(({ name }) => name === cmts)!.rfPorts[0]!.ifIndex;
const live = (cmts: string) => `${lab.url}/live/${cmts}/${portOf(cmts)}`;
const button = (name: RegExp) => page.getByRole("button", { name });
const preset = (name: RegExp) => page.locator(".presets").getByRole("button", { name });
const footer = () => page.locator("footer");

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab({
    cmts: [
      { name: "lab-cmts-1", personality: "generic" },
      { name: "lab-cmts-2", personality: "e6000" },
      { name: "lab-cmts-3", personality: "cisco-cbr8" },
    ],
  }));
  await followTheme(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(lab.signInLink());
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

async function open(cmts: string): Promise<void> {
  await page.goto(`${live(cmts)}/setup`);
  await page.locator(".params").waitFor();
  await page.getByText("Only GETs were sent.").waitFor();
}

run("every channel of the port has a preset that passes, beside idle noise and one modem", async () => {
  await open("lab-cmts-2");
  const channels = lab.simulator.truth("lab-cmts-2", portOf("lab-cmts-2")).channels;
  const group = page.locator(".presets ul").nth(1);
  expect(await group.locator("li").count()).toBe(channels.length + 2);
  for (let at = 0; at < channels.length; at += 1) {
    await group.getByRole("button").nth(at).click();
    await footer().getByText("All values pass.").waitFor();
    const value = async (field: string) => Number(await page.locator(`#setup-${field}`).inputValue()) * 1e6;
    const [centreHz, spanHz] = [await value("centerFrequencyHz"), await value("spanHz")];
    expect(centreHz - spanHz / 2).toBeLessThanOrEqual(channels[at]!.lowerHz);
    expect(centreHz + spanHz / 2).toBeGreaterThanOrEqual(channels[at]!.upperHz);
  }
});

run("idle noise captures the floor of a channel that is busy otherwise", async () => {
  await open("lab-cmts-1");
  const busiest = lab.simulator
    .truth("lab-cmts-1", portOf("lab-cmts-1"))
    .channels.toSorted((a, b) => b.utilization - a.utilization)[0]!;
  await page.locator(".presets ul").nth(1).getByRole("button").first().click();
  const chosen = () => page.locator("#setup-logicalChIfIndex").inputValue();
  await preset(/^Idle noise/).click();
  expect(await chosen()).toBe(String(busiest.ifIndex));
  await footer().getByText("All values pass.").waitFor();
  await page.locator(".sets").getByText("idleSid").waitFor();
  await page.getByText("Of the values before the last change.").waitFor({ state: "hidden" });
  await picture(page, "utsc-setup-presets");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Receiving", { exact: true }).waitFor();

  await page.goto(live("lab-cmts-1"));
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 15);
  const trace = (await page.evaluate(() => window.pnmlab!.trace()))!;
  const inChannel = trace.averageDbmv!.filter((_, bin) => {
    const hz = trace.frequencyHz[bin]!;
    return Math.abs(hz - busiest.centerHz) < 0.4 * busiest.signalBandwidthHz;
  });
  expect(inChannel.length).toBeGreaterThan(100);
  const power = inChannel.reduce<number>((sum, levelDbmv) => sum + 10 ** ((levelDbmv ?? Number.NaN) / 10), 0);
  const powerDbmv = 10 * Math.log10(power);
  // It sends 85 % of the time, at 0 dBmV; its floor is some 35 dB lower.
  expect(busiest.meanPowerDbmv).toBeGreaterThan(-2);
  expect(powerDbmv).toBeLessThan(busiest.meanPowerDbmv - 25);
  await button(/^Stop/).first().click();
  await button(/^Start/)
    .first()
    .waitFor();
});

run("one modem leaves the modem to be chosen, and starts when it is", async () => {
  await open("lab-cmts-2");
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("Page, RF port or action").fill("preset One modem");
  await page.keyboard.press("Enter");
  const field = page.locator("#setup-cmMacAddr");
  await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
  await preset(/^One modem.*still missing: the modem/s).waitFor();
  expect(await button(/Apply and start/).isDisabled()).toBe(true);
  await page.locator(".modem__item").first().waitFor();
  await page.keyboard.press("Enter");
  await footer().getByText("All values pass.").waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByText("Receiving", { exact: true }).waitFor();
  const accepted = page
    .locator("tr", { has: page.locator("#setup-triggerMode") })
    .locator("td")
    .nth(1);
  await accepted.getByText("CM MAC").waitFor();
  await button(/^Stop/).click();
  await button(/Apply and start/).waitFor();
});

run(
  "a preset that the CMTS has no trigger for says so in both themes, and none is in the way of anybody",
  async () => {
    await open("lab-cmts-3");
    await page
      .getByText("Not offered. Idle SID is no trigger here. Other, free running and CM MAC.")
      .waitFor();
    expect(await offencesOn(page)).toEqual([]);
    const side = page.locator(".setup__side");
    expect(await side.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(
      0,
    );
  },
);

run("the presets give no complaint on the console", () => {
  expect(complaints).toEqual([]);
});
