import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { defaultRootDir } from "@pnmlab/config";
import type { UtscSession } from "@pnmlab/protocol";
import type { TestLab } from "@pnmlab/testkit";
import type { AxeResults, RunOptions } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { openLab } from "./open-lab.ts";

const run = chromiumPath ? test : test.skip;
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const CMTS = "lab-cmts-1";
const ALL_PAGES_DEADLINE_MS = 300_000;
/** Violations of these impacts stop somebody from working with the page. */
const STOPPING = new Set(["serious", "critical"]);
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
  // Looking at a page takes all of a core; beside other tests the next page waits for it.
  page.setDefaultTimeout(60_000);
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
      repeatPeriodUs: 100_000,
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

/** Words of what stops people on the page that is open. */
async function violations(): Promise<string[]> {
  const { violations: found } = await page.evaluate(
    (options) =>
      (window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(options),
    { resultTypes: ["violations"] } satisfies RunOptions,
  );
  return found
    .filter(({ impact }) => STOPPING.has(impact ?? ""))
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, any }) => `${id}: ${help}: ${String(target)}: ${any[0]?.message ?? ""}`),
    );
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

const cases = (["dark", "light"] as const).flatMap((theme) =>
  (["desktop", "small"] as const).map((size) => ({ theme, size })),
);

for (const { theme, size } of cases) {
  run(
    `no page in the ${theme} theme at ${size} size keeps anybody out`,
    async () => {
      await page.setViewportSize(SIZES[size]);
      await page.evaluate(
        (name) => localStorage.setItem("pnmlab.settings", JSON.stringify({ theme: name })),
        theme,
      );
      const offences: string[] = [];
      for (const path of paths()) {
        await page.goto(`${lab.url}${path}`);
        await page.locator("h1").first().waitFor();
        await page.waitForFunction((name) => document.documentElement.dataset.theme === name, theme);
        if (path.startsWith(`/live/${CMTS}/`) && !path.endsWith("/setup")) {
          await page.locator("canvas").first().waitFor();
        }
        // What comes from the network has come, what fades in has faded in.
        await page.waitForTimeout(500);
        await page.evaluate(axeSource);
        offences.push(...(await violations()).map((offence) => `${path}: ${offence}`));
      }
      expect(offences).toEqual([]);
    },
    ALL_PAGES_DEADLINE_MS,
  );
}
