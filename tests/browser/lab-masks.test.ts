import { randomUUID } from "node:crypto";
import type { LabMask } from "@pnmlab/protocol";
import { type Scenario, scenarios } from "@pnmlab/simulator";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { openLab } from "./open-lab.ts";

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
/** The plant of the lab, with every carrier on the air all the time. */
const scenario: Scenario = {
  ...scenarios.plant,
  ports: scenarios.plant.ports.map((plan) => ({
    ...plan,
    carriers: (plan.carriers ?? []).map(({ gate: _, ...carrier }) => carrier),
  })),
};

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab({
    cmts: [{ name: "lab-cmts-1", personality: "generic", scenario }],
  }));
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

const port = () => lab.simulator.devices[0]!.rfPorts[0]!.ifIndex;
const address = () => `${lab.url}/live/lab-cmts-1/${port()}?f=5_85&tab=markers`;
const soon = <Value>(read: () => Value | Promise<Value>) => expect.poll(read, { timeout: 60_000 });

async function labMasks(): Promise<LabMask[]> {
  const cookie = await lab.signIn();
  const response = await fetch(`${lab.url}/api/masks`, { headers: { cookie } });
  return ((await response.json()) as { masks: LabMask[] }).masks;
}

run("a mask is handed to the lab by the keyboard, and another browser is told that it fails", async () => {
  await page.goto(lab.signInLink());
  await page.goto(address());
  await page
    .getByRole("button", { name: /^Start/ })
    .first()
    .click();
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 40);
  await page.locator("#mask-from").selectOption("plan");
  await page.locator("#mask-upper").fill("6");
  await page.locator("#mask-frames").fill("2");
  await page.getByRole("button", { name: "Make mask" }).click();
  const hand = page.getByRole("button", { name: "Watch in the lab: mask plan +6 dB" });
  await hand.focus();
  await page.keyboard.press("Enter");
  const watched = page.getByRole("article", { name: "Lab mask plan +6 dB" });
  await watched.waitFor();
  await soon(() => page.getByText("The lab watches it, whether this page is open or not.").count()).toBe(1);
  expect(await labMasks()).toMatchObject([{ name: "plan +6 dB", trace: "average", severity: "major" }]);

  const other = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  await other.goto(lab.signInLink());
  await other.goto(address());
  const there = other.getByRole("article", { name: "Lab mask plan +6 dB" });
  await there.waitFor();
  await soon(() => there.textContent()).toMatch(/FAIL.*its event is raised/);
  await soon(() => other.locator(".lab-chip").textContent()).toMatch(/Lab masks\s*FAIL/);
  await other.getByRole("button", { name: "Show here: lab mask plan +6 dB" }).click();
  await other.getByRole("article", { name: "Mask plan +6 dB", exact: true }).waitFor();
  await soon(() => other.getByText("The lab watches it, whether this page is open or not.").count()).toBe(1);
  await other.close();
});

run("its event stands in the tab of the events under its name", async () => {
  await page.getByRole("tab", { name: /^Events/ }).click();
  await soon(() => page.getByText(/Level over mask “plan \+6 dB” at 27\.\d{3} MHz/).count()).toBeGreaterThan(
    0,
  );
  await page.getByRole("tab", { name: /^Markers/ }).click();
});

run(
  "a changed mask is handed over anew, its severity is set, and the lab stops watching by mouse",
  async () => {
    const own = page.getByRole("article", { name: "Mask plan +6 dB", exact: true });
    await own.getByText("Change").click();
    await own.getByRole("textbox", { name: "Frames in a row" }).fill("4");
    await own.getByRole("textbox", { name: "Frames in a row" }).press("Tab");
    await page.getByRole("button", { name: "Watch this form in the lab: mask plan +6 dB" }).click();
    await soon(async () => (await labMasks())[0]?.consecutiveFrames).toBe(4);
    const watched = page.getByRole("article", { name: "Lab mask plan +6 dB" });
    await watched.getByRole("combobox").selectOption("critical");
    await soon(async () => (await labMasks())[0]?.severity).toBe("critical");
    await watched.getByRole("button", { name: "Stop watching: lab mask plan +6 dB" }).click();
    await watched.waitFor({ state: "detached" });
    expect(await labMasks()).toEqual([]);
    await page.getByRole("button", { name: "Watch in the lab: mask plan +6 dB" }).waitFor();
  },
);

run("a mask that another program has put, and that does not fit the capture, says so", async () => {
  const cookie = await lab.signIn();
  const points = [300e6, 310e6].map((frequencyHz) => ({ frequencyHz, levelDbmv: -30 }));
  const mask = {
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: port(),
    name: "away",
    trace: "live",
    consecutiveFrames: 1,
  };
  const response = await fetch(`${lab.url}/api/masks/${randomUUID()}`, {
    method: "PUT",
    headers: { cookie, "content-type": "application/json" },
    body: JSON.stringify({ ...mask, source: { from: "points", points } }),
  });
  expect(response.status).toBe(200);
  const away = page.getByRole("article", { name: "Lab mask away" });
  await soon(() => away.textContent()).toMatch(/NOT JUDGED.*its line goes from 300\.0 to 310\.0 MHz/);
  expect(complaints).toEqual([]);
});
