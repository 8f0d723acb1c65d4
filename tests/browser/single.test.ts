import { readdir } from "node:fs/promises";
import type { UtscSession } from "@pnmlab/protocol";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath, PATIENCE_MS } from "./chromium.ts";
import { openLab, picture } from "./open-lab.ts";

const POLL = { timeout: PATIENCE_MS };

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
const device = (cmts: number) => lab.simulator.devices[cmts]!;
const portOf = (cmts: number) => device(cmts).rfPorts[0]!.ifIndex;
const livePath = (cmts: number) => `${lab.url}/live/lab-cmts-${cmts + 1}/${portOf(cmts)}`;
const measStatus = (cmts: number) => lab.simulator.measStatus(device(cmts).name, portOf(cmts));
const button = (name: RegExp) => page.getByRole("button", { name }).first();

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

async function newestSession(): Promise<UtscSession> {
  const cookie = await lab.signIn();
  const answer = await fetch(`${lab.url}/api/utsc/sessions`, { headers: { cookie } });
  return ((await answer.json()) as { sessions: UtscSession[] }).sessions.at(-1)!;
}

run("Single on an idle port takes one capture, shows it, and leaves the CMTS idle and clear", async () => {
  await page.goto(lab.signInLink());
  await page.goto(livePath(0));
  await button(/^Single/).click();
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) >= 1);
  await expect.poll(async () => (await newestSession()).state, POLL).toBe("stopped");
  expect((await newestSession()).framesReceived).toBe(1);
  expect(measStatus(0)).not.toBe("busy");
  await expect.poll(() => readdir(lab.config.tftpDir), POLL).toEqual([]);
  await button(/^Start/).waitFor();
});

run("Single, by its key, lets a capture that runs end with its next frame", async () => {
  await button(/^Start/).click();
  await expect.poll(async () => (await newestSession()).framesReceived, POLL).toBeGreaterThan(5);
  const before = await newestSession();
  await page.keyboard.press("s");
  await expect.poll(async () => (await newestSession()).state, POLL).toBe("stopped");
  const after = await newestSession();
  expect(after.id).toBe(before.id);
  expect(after.framesReceived).toBeGreaterThan(before.framesReceived);
  expect(after.sentence).toMatch(/^Stopped by Single/);
  expect(measStatus(0)).not.toBe("busy");
  await page.getByText("Single has ended the capture").waitFor();
  await button(/^Start it again/).waitFor();
});

run("markers come back with the page of their port after another page", async () => {
  await page.goto(`${livePath(0)}?m=1_normal_live_27000000_x`);
  await button(/^Start/).waitFor();
  const rail = page.getByRole("navigation", { name: "Pages" });
  await rail.getByRole("link", { name: /^Events/ }).click();
  await expect.poll(() => new URL(page.url()).pathname, POLL).toBe("/events");
  await rail.getByRole("link", { name: /^Live/ }).click();
  await expect.poll(() => page.url(), POLL).toContain(`${livePath(0)}?m=1_normal_live_27000000`);
});

run(
  "the Truth tab shows asked, accepted and observed of every column with the reason of a change",
  async () => {
    await page.goto(`${livePath(1)}?tab=truth`);
    await page.getByRole("tab", { name: "Set-up" }).click();
    await page.locator("#setup-repeat").fill("120");
    await page.locator("#setup-window").selectOption("rectangular");
    await page.getByRole("button", { name: "Apply and start" }).click();
    await page.getByRole("tab", { name: "Truth" }).click();
    const row = page.locator("tbody.truth", { hasText: "Repeat period" });
    await row.locator(".tone-warn").getByText("150 ms").first().waitFor();
    const text = (await row.textContent())!;
    expect(text).toContain("120 ms");
    expect(text).toMatch(/Rounded up to a multiple of 50 ms\. \(.*E6000/);
    const bins = page.locator("tbody.truth", { hasText: "Bins" });
    await expect
      .poll(() => bins.locator("td").allTextContents(), POLL)
      .toEqual(["Bins", "1600", "1600", "1600"]);
    expect(await bins.locator(".tone-warn").count()).toBe(0);
    await page.getByText("The CMTS changed repeat period.").waitFor();
    await expect.poll(async () => (await newestSession()).framesReceived, POLL).toBeGreaterThan(12);
    const drawer = page.locator(".drawer__panel[data-state=active]");
    expect(await drawer.evaluate((panel) => panel.scrollWidth - panel.clientWidth)).toBeLessThanOrEqual(0);
    await picture(page, "live-truth");
    await button(/^Stop/).click();
    await expect.poll(() => measStatus(1), POLL).not.toBe("busy");
  },
);

run("Single of the set-up page takes one capture with the values of the form", async () => {
  await page.goto(`${livePath(0)}/setup`);
  const footer = page.locator("footer");
  await footer.getByText("All values pass.").waitFor();
  await page.locator("#setup-bins").fill("800");
  await footer.getByRole("button", { name: /^Single/ }).click();
  const isDone = async () => {
    const cookie = await lab.signIn();
    const answer = await fetch(`${lab.url}/api/utsc/sessions`, { headers: { cookie } });
    const { sessions } = (await answer.json()) as { sessions: UtscSession[] };
    const last = sessions.find(({ cmtsId }) => cmtsId === "lab-cmts-1");
    return last && [last.state, last.requested.bins, last.framesReceived];
  };
  await expect.poll(isDone, POLL).toEqual(["stopped", 800, 1]);
  expect(complaints).toEqual([]);
});
