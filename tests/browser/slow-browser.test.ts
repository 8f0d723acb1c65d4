import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { followTheme, offencesOn } from "./axe.ts";
import { chromiumPath, PATIENCE_MS } from "./chromium.ts";
import { openLab } from "./open-lab.ts";

const POLL = { timeout: PATIENCE_MS };
/** Longer than what fits between backend and page takes to fill. */
const HELD_UP_MS = 6000;

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
const figure = (label: string, on = page) => on.locator(".top-bar__figures > div").filter({ hasText: label });

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab());
  await followTheme(page);
  await page.goto(lab.signInLink());
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

/** The WebSocket is read by the worker that draws: while that is held up, nothing of it is. */
async function holdUp(on: Page): Promise<void> {
  for (const worker of on.workers()) {
    await worker.evaluate((forMs) => {
      const untilMs = performance.now() + forMs;
      while (performance.now() < untilMs);
    }, HELD_UP_MS);
  }
}

run(
  "a browser that did not keep up says how many frames were not sent to it, beside those that nobody has",
  async () => {
    const device = lab.simulator.devices[0]!;
    const rfPortIfIndex = device.rfPorts[0]!.ifIndex;
    const answer = await fetch(`${lab.url}/api/utsc/sessions`, {
      method: "POST",
      headers: { cookie: await lab.signIn(), "content-type": "application/json" },
      body: JSON.stringify({
        cmtsId: device.name,
        rfPortIfIndex,
        centerFrequencyHz: 51_200_000,
        spanHz: 102_400_000,
        bins: 4096,
        repeatPeriodUs: 50_000,
        outputFormat: "fftPower",
      }),
    });
    expect(answer.status, await answer.clone().text()).toBe(202);
    await page.goto(`${lab.url}/live/${device.name}/${rfPortIfIndex}`);
    await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 10);
    expect(await figure("to this browser").count()).toBe(0);
    await holdUp(page);
    await expect
      .poll(() => figure("to this browser").textContent(), POLL)
      .toMatch(/^\d+\s*not sent to this browser$/);
    expect(await figure("to this browser").getAttribute("title")).toMatch(
      /did not keep up.*Detectors and recorder/,
    );
    expect(await figure("dropped").textContent()).toMatch(/^0\s*dropped/);
    expect(await offencesOn(page)).toEqual([]);
  },
);

/** Whether all of a figure of the top bar is in sight. */
async function isInSight(on: Page, label: string): Promise<boolean> {
  const room = (await on.locator(".top-bar__figures").boundingBox())!;
  const box = (await figure(label, on).boundingBox())!;
  return box.y + box.height <= room.y + room.height + 1 && box.x + box.width <= room.x + room.width + 1;
}

run("both counts have room on a laptop", async () => {
  await page.setViewportSize({ width: 1280, height: 800 });
  for (const label of ["frames/s", "age of newest", "dropped", "not sent"]) {
    expect(await isInSight(page, label), label).toBe(true);
  }
  expect(complaints).toEqual([]);
});

run("a tablet shows the count that is not zero", async () => {
  const context = await browser.newContext({
    viewport: { width: 1024, height: 768 },
    hasTouch: true,
    isMobile: true,
    storageState: await page.context().storageState(),
  });
  const tablet = await context.newPage();
  tablet.setDefaultTimeout(PATIENCE_MS);
  await tablet.goto(page.url());
  await tablet.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 10);
  await holdUp(tablet);
  await figure("not sent", tablet).waitFor();
  for (const label of ["frames/s", "age of newest", "not sent"]) {
    expect(await isInSight(tablet, label), label).toBe(true);
  }
  expect(await figure("dropped", tablet).isVisible()).toBe(false);
  await context.close();
});
