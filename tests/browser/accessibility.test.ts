import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultRootDir } from "@pnmlab/config";
import type { UtscSession } from "@pnmlab/protocol";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { followTheme, offencesOn } from "./axe.ts";
import { chromiumPath } from "./chromium.ts";
import { openLab } from "./open-lab.ts";

const run = chromiumPath ? test : test.skip;

const CMTS = "lab-cmts-1";
const ALL_PAGES_DEADLINE_MS = 600_000;
const SIZES = {
  desktop: { width: 1600, height: 1000 },
  small: { width: 1024, height: 768 },
} as const;

let lab: TestLab;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page } = await openLab());
  await followTheme(page);
  await page.goto(lab.signInLink());
  const answer = await fetch(`${lab.url}/api/utsc/sessions`, {
    method: "POST",
    headers: { cookie: await lab.signIn(), "content-type": "application/json" },
    body: JSON.stringify({
      cmtsId: CMTS,
      rfPortIfIndex: lab.simulator.devices[0]!.rfPorts[0]!.ifIndex,
      centerFrequencyHz: 45_000_000,
      spanHz: 80_000_000,
      bins: 1600,
      repeatPeriodUs: 400_000,
      outputFormat: "fftPower",
    }),
  });
  expect(((await answer.json()) as { session: UtscSession }).session.state).not.toBe("failed");
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

/** Addresses of every route of `frontend/src/router.ts`, and of each tab of the monitor's drawer. */
function paths(): string[] {
  const port = lab.simulator.devices[0]!.rfPorts[0]!.ifIndex;
  const idle = lab.simulator.devices[1]!;
  return [
    "/",
    `/live/${CMTS}`,
    `/live/${CMTS}/${port}`,
    ...["channels", "markers", "events", "setup", "truth"].map((tab) => `/live/${CMTS}/${port}?tab=${tab}`),
    `/live/${idle.name}/${idle.rfPorts[0]!.ifIndex}`,
    `/live/${CMTS}/${port}/setup`,
    "/captures",
    "/captures/opened",
    "/captures/none",
    "/live",
    "/plant",
    "/agents",
    "/polling",
    "/health",
    "/modems",
    "/runs",
    "/events",
    "/events/none",
    "/recordings",
    "/recordings/none",
    "/ports",
    "/compare",
    "/no-such-page",
  ];
}

run("every route of the router is looked at", () => {
  const router = readFileSync(join(defaultRootDir, "frontend/src/router.ts"), "utf8");
  const patterns = [...router.matchAll(/path: "([^"]+)"/g)].map((match) => match[1]!);
  expect(patterns.length).toBeGreaterThan(10);
  const isReached = (pattern: string) => {
    const address = new RegExp(
      `^${pattern
        .replace(/\/:\w+\?/g, "(/[^/]+)?")
        .replace(/:\w+\(\.\*\)\*/, ".*")
        .replace(/:\w+/g, "[^/]+")}$`,
    );
    return paths().some((path) => address.test(path.split("?")[0]!));
  };
  expect(patterns.filter((pattern) => !isReached(pattern))).toEqual([]);
});

/** Longest wait until a page asks for nothing, in milliseconds. */
const IDLE_MS = 1500;

run(
  "no page keeps anybody out, in the dark theme and in the light one, at desktop size and at small size",
  async () => {
    const offences: string[] = [];
    for (const path of paths()) {
      await page.setViewportSize(SIZES.desktop);
      await page.goto(`${lab.url}${path}`);
      await page.locator("h1").first().waitFor();
      if (path.startsWith(`/live/${CMTS}/`) && !path.endsWith("/setup")) {
        await page.locator("canvas").first().waitFor();
      }
      // What is fetched first has come; a page that asks again and again is never idle.
      await page.waitForLoadState("networkidle", { timeout: IDLE_MS }).catch(() => undefined);
      for (const [size, viewport] of Object.entries(SIZES)) {
        await page.setViewportSize(viewport);
        // What the other size asks for has come.
        await page.waitForTimeout(300);
        const found = await offencesOn(page);
        offences.push(...found.map((offence) => `${path}, ${size}, ${offence}`));
      }
    }
    expect(offences).toEqual([]);
  },
  ALL_PAGES_DEADLINE_MS,
);
