import type { UtscSession } from "@pnmlab/protocol";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { followTheme, offencesOn } from "./axe.ts";
import { chromiumPath } from "./chromium.ts";
import { openLab, picture } from "./open-lab.ts";

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
const portOf = (cmts: number) => lab.simulator.devices[cmts]!.rfPorts[0]!.ifIndex;
const livePath = (cmts: number) => `${lab.url}/live/lab-cmts-${cmts + 1}/${portOf(cmts)}`;
const tool = () => page.getByRole("button", { name: /^(Qualify box|Drag on the trace)$/ });
const slider = (name: string) => page.getByRole("slider", { name: `Qualify ${name}` });
const field = (name: string) => page.locator(`#setup-${name}`);

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab());
  await followTheme(page);
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

async function newestSession(): Promise<UtscSession> {
  const cookie = await lab.signIn();
  const answer = await fetch(`${lab.url}/api/utsc/sessions`, { headers: { cookie } });
  return ((await answer.json()) as { sessions: UtscSession[] }).sessions.at(-1)!;
}

/** Drags over an element between two points, given as shares of its size. */
async function dragOver(element: Locator, from: [number, number], to: [number, number]): Promise<void> {
  const box = (await element.boundingBox())!;
  const at = ([x, y]: [number, number]): [number, number] => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at(to), { steps: 6 });
  await page.mouse.up();
}

run("a box drawn on the trace shows its figures and fills the qualify fields of the set-up", async () => {
  await page.goto(lab.signInLink());
  await page.goto(livePath(0));
  await page
    .getByRole("button", { name: /^Start/ })
    .first()
    .click();
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 10);
  await tool().click();
  await dragOver(page.locator(".plot__surface"), [0.2, 0.1], [0.4, 0.35]);
  await page.getByText(/CMTS keeps: .* MHz wide · at least/).waitFor();
  await page.getByText(/mean now .* dBmV in a bin, (kept|dropped)/).waitFor();
  const width = Number(await field("qualifyWidth").inputValue());
  expect(width).toBeGreaterThan(10);
  expect(Math.abs(width * 20 - Math.round(width * 20))).toBeLessThan(1e-6);
  await picture(page, "live-qualify-box");
});

run("the box is moved by keys and by its handles, and by what is typed into the fields", async () => {
  const centre = Number(await field("qualifyCentre").inputValue());
  const threshold = Number(await field("qualifyThreshold").inputValue());
  await slider("centre").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("ArrowDown");
  expect(Number(await field("qualifyCentre").inputValue())).toBeCloseTo(centre + 0.5, 3);
  expect(Number(await field("qualifyThreshold").inputValue())).toBeCloseTo(threshold - 0.1, 3);
  const width = Number(await field("qualifyWidth").inputValue());
  const handle = (await slider("upper edge").boundingBox())!;
  await page.mouse.move(handle.x + handle.width / 2, handle.y + 30);
  await page.mouse.down();
  await page.mouse.move(handle.x + handle.width / 2 + 80, handle.y + 30, { steps: 4 });
  await page.mouse.up();
  expect(Number(await field("qualifyWidth").inputValue())).toBeGreaterThan(width + 1);
  await field("qualifyCentre").fill("27.185");
  await field("qualifyWidth").fill("2");
  await field("qualifyThreshold").fill("-60");
  expect(await slider("threshold").getAttribute("aria-valuetext")).toContain("60.0 dBmV");
  expect(await slider("centre").getAttribute("aria-valuetext")).toBe("27.185 MHz");
});

run("Apply and start writes the box to the CMTS, and a spectrum that qualifies still comes", async () => {
  const { id } = await newestSession();
  await page.getByRole("button", { name: "Apply and start" }).click();
  await expect.poll(async () => (await newestSession()).accepted?.qualifyThresholdTenthDb).toBe(-600);
  expect((await newestSession()).accepted).toMatchObject({
    qualifyCenterFrequencyHz: 27_185_000,
    qualifyBandwidthHz: 2_000_000,
  });
  const before = await newestSession();
  expect(before.id).toBe(id);
  await expect
    .poll(async () => (await newestSession()).framesReceived)
    .toBeGreaterThan(before.framesReceived + 3);
});

run("the set-up page takes the box along and draws one on the spectrum of its own", async () => {
  await page.getByRole("link", { name: /All columns/ }).click();
  await field("qualifyCenterFrequencyHz").waitFor();
  expect(await field("qualifyCenterFrequencyHz").inputValue()).toBe("27.185");
  await page.getByRole("button", { name: "Qualify box", exact: true }).click();
  await page.locator(".ruler__spectrum polyline[points*=',']").waitFor({ state: "attached" });
  await dragOver(page.locator(".ruler__well"), [0.16, 0.2], [0.2, 0.6]);
  expect(Number(await field("qualifyCenterFrequencyHz").inputValue())).toBeCloseTo(204 * 0.18, 0);
  await page.locator("footer").getByText("All values pass.").waitFor();
  await page.locator(".sets").getByText("QualifyThrshld").waitFor();
  await picture(page, "utsc-setup-qualify");
  await slider("threshold").focus();
  await page.keyboard.press("Delete");
  expect(await field("qualifyThresholdTenthDb").inputValue()).toBe("");
});

run("a box that was drawn for its statistics becomes the qualify box", async () => {
  await page.goto(livePath(0));
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 10);
  await page.locator(".plot__surface").focus();
  await page.keyboard.press("b");
  await dragOver(page.locator(".plot__surface"), [0.5, 0.1], [0.6, 0.3]);
  const panel = page.getByRole("region", { name: "Statistics of the box" });
  const threshold = Number(await panel.getByLabel(/Threshold/).inputValue());
  await panel.getByRole("button", { name: "Use as qualify box" }).click();
  await panel.waitFor({ state: "detached" });
  await expect
    .poll(async () => Number(await field("qualifyThreshold").inputValue()))
    .toBeCloseTo(threshold, 1);
  expect(Number(await field("qualifyWidth").inputValue())).toBeGreaterThan(5);
});

run("where the CMTS does not take the columns the tool stays and says why", async () => {
  await page.goto(livePath(1));
  await expect.poll(() => tool().getAttribute("title")).toContain("E6000");
  expect(await tool().getAttribute("aria-disabled")).toBe("true");
  await tool().click({ force: true });
  expect(await tool().getAttribute("aria-pressed")).toBe("false");
  expect(complaints).toEqual([]);
});

run(
  "where the CMTS does not take them the set-up page leads to the software trigger of the lab",
  async () => {
    await page.goto(`${livePath(1)}/setup`);
    const reason = page.locator("#setup-qualifyCenterFrequencyHz-rule");
    await expect
      .poll(async () => (await reason.textContent())?.replace(/\s+/g, " "))
      .toMatch(
        /The E6000 does not offer it: .* Software trigger: a mask that the lab watches raises an event, and the trigger of the recorder keeps the seconds around it\./,
      );
    expect(await page.getByText("Software trigger").count()).toBe(1);
    expect(await reason.getByRole("link", { name: "trigger of the recorder" }).getAttribute("href")).toBe(
      "/recordings",
    );
    expect(await offencesOn(page)).toEqual([]);
    await reason.getByRole("link", { name: "mask that the lab watches" }).click();
    await page.getByText("New mask").waitFor();
    expect(complaints).toEqual([]);
  },
);
