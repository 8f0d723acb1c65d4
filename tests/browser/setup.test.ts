import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath, complaintsOf, launchOptions, PATIENCE_MS } from "./chromium.ts";
import { picture } from "./open-lab.ts";

let lab: TestLab;
let browser: Browser;
let page: Page;
let rfPorts: Record<string, number>;
let complaints: string[];

const run = chromiumPath ? test : test.skip;

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  lab = await startTestLab();
  rfPorts = { "lab-cmts-1": await firstPort("lab-cmts-1"), "lab-cmts-2": await firstPort("lab-cmts-2") };
  browser = await chromium.launch(launchOptions);
  const context = await browser.newContext({
    viewport: { width: 1600, height: 1000 },
    permissions: ["clipboard-read", "clipboard-write"],
  });
  page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  complaints = complaintsOf(page);
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

async function firstPort(cmtsId: string): Promise<number> {
  const cookie = await lab.signIn();
  const answer = await fetch(`${lab.url}/api/cmts/${cmtsId}/rf-ports`, { headers: { cookie } });
  return ((await answer.json()) as { rfPorts: { ifIndex: number }[] }).rfPorts[0]!.ifIndex;
}

const measStatus = () => lab.simulator.measStatus("lab-cmts-2", rfPorts["lab-cmts-2"]!);

async function open(cmtsId: string): Promise<void> {
  await page.goto(`${lab.url}/live/${cmtsId}/${rfPorts[cmtsId]}/setup`);
  await page.locator(".params").waitFor();
  await page.getByText("Only GETs were sent.").waitFor();
}

const footer = () => page.locator("footer");
const button = (name: RegExp) => page.getByRole("button", { name });

run("the set-up page shows every column with its rules and a dry run, and sends nothing for it", async () => {
  await page.goto(lab.signInLink());
  await open("lab-cmts-2");
  await footer().getByText("All values pass.").waitFor();
  expect(await page.locator(".params tbody tr").count()).toBeGreaterThan(14);
  expect(await page.locator(".setup__side").textContent()).toMatch(/E6000/);
  expect(await page.locator(".sets tbody tr").count()).toBeGreaterThan(8);
  expect(measStatus()).not.toBe("busy");
});

run(
  "a value that the profile refuses is told beside its field and in the dry run, and can be fixed",
  async () => {
    await page.locator("#setup-spanHz").fill("85");
    const rule = page.locator("#setup-spanHz-rule");
    await rule.getByText("Refused before SNMP.").waitFor();
    expect(await rule.textContent()).toMatch(/80, 160/);
    await page.locator(".sets__refused").first().waitFor();
    expect(await button(/Apply and start/).isDisabled()).toBe(true);
    await picture(page, "utsc-setup");
    await button(/^Use 80/).click();
    await footer().getByText("All values pass.").waitFor();
  },
);

run("the dry run is copied as snmpset commands without a community", async () => {
  await page.locator("#setup-repeatPeriodUs").fill("120");
  await page.getByText(/Becomes 150 ms/).waitFor();
  await button(/Copy as snmpset/).click();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(copied).toMatch(/^snmpset .*\$COMMUNITY/m);
  expect(await copied()).not.toContain("private");
});

run("a trigger on a modem finds it by a part of its address, by keys alone", async () => {
  await page.locator("#setup-triggerMode").selectOption("cmMac");
  await page.locator("#setup-cmMacAddr").focus();
  await page.locator(".modem__item").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await picture(page, "utsc-setup-modem");
  await page.keyboard.press("Enter");
  await expect
    .poll(() => page.locator("#setup-cmMacAddr").inputValue())
    .toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  await page.locator(".sets").getByText("CmMacAddr").waitFor();
  await page.locator("#setup-triggerMode").selectOption("freeRunning");
});

run("Apply and start runs the capture; what the CMTS changed stands beside what was asked", async () => {
  await footer().getByText("All values pass.").waitFor();
  await page.keyboard.press("Control+Enter");
  const row = page.locator("tr", { has: page.locator("#setup-repeatPeriodUs") });
  await row.locator(".tone-warn").getByText("150 ms").waitFor();
  await page.getByText("Receiving", { exact: true }).waitFor();
  await button(/^Stop/).click();
  await button(/Apply and start/).waitFor();
  await expect.poll(() => measStatus()).not.toBe("busy");
});

run("another vendor profile can be chosen after a warning, and left again", async () => {
  await button(/rules,/).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator("#profile-choice option").first().waitFor({ state: "attached" });
  await dialog.locator("#profile-choice").selectOption("generic");
  await dialog.getByText("protect this one from nothing").waitFor();
  await dialog.getByRole("button", { name: "Use this profile" }).click();
  await dialog.getByRole("button", { name: "Back to what is found" }).click();
  await expect.poll(() => dialog.getByRole("button", { name: "Back to what is found" }).count()).toBe(0);
  await page.keyboard.press("Escape");
  expect(await page.locator(".setup__side").textContent()).toMatch(/E6000/);
});

run("a narrow page and the light theme hold every part without a sideways scroll", async () => {
  await page.evaluate(() => localStorage.setItem("pnmlab.settings", JSON.stringify({ theme: "light" })));
  await page.setViewportSize({ width: 1280, height: 800 });
  await open("lab-cmts-1");
  for (const part of [".setup", ".setup__side", ".setup__dry", ".scroll"]) {
    const overflow = await page
      .locator(part)
      .first()
      .evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(overflow, part).toBeLessThanOrEqual(0);
  }
  expect(await button(/Apply and start/).isVisible()).toBe(true);
  await picture(page, "utsc-setup-1280-light");
});

run("the set-up page gives no complaint on the console", () => {
  // A network interface of the machine that comes or goes is none of the page's making.
  expect(complaints).toEqual([]);
});
