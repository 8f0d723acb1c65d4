import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultRootDir } from "@pnmlab/config";
import type { UtscSession } from "@pnmlab/protocol";
import type { TestLab } from "@pnmlab/testkit";
import axe, { type AxeResults, type RunOptions } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { openLab } from "./open-lab.ts";

const run = chromiumPath ? test : test.skip;

/** What axe tells of its rules only inside. */
interface AxeInside {
  _audit: { rules: { id: string; impact: string; enabled: boolean; tags: string[] }[] };
}

const CMTS = "lab-cmts-1";
const ALL_PAGES_DEADLINE_MS = 600_000;
/** Violations of these impacts stop somebody from working with the page. */
const STOPPING = new Set(["serious", "critical"]);
/** Rules of axe that run unless told otherwise, and whose findings stop somebody. */
const RULES = (axe as unknown as AxeInside)._audit.rules
  .filter(({ enabled, tags }) => enabled && !tags.includes("experimental"))
  .filter(({ impact }) => STOPPING.has(impact))
  .map(({ id }) => id);
/** Those of them that look at colours. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];
const THEMES = ["dark", "light"] as const;
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
  await page.addInitScript(() =>
    localStorage.setItem("pnmlab.settings", JSON.stringify({ theme: "system" })),
  );
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

/** Words of what stops people on the page that is open, by these rules of axe, in this theme. */
async function violations(theme: (typeof THEMES)[number], rules: readonly string[]): Promise<string[]> {
  await page.emulateMedia({ colorScheme: theme });
  const { violations: found } = await page.evaluate(
    async ([name, options]) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      while (document.documentElement.dataset.theme !== name) await frame();
      // What fades in or changes its colour has done so.
      const passing = document
        .getAnimations()
        .filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime));
      await Promise.all(passing.map(({ finished }) => finished.catch(() => {})));
      return (window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(
        options,
      );
    },
    [
      theme,
      {
        resultTypes: ["violations"],
        runOnly: { type: "rule", values: [...rules] },
      },
    ] satisfies [string, RunOptions],
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
      await page.evaluate(axe.source);
      for (const [size, viewport] of Object.entries(SIZES)) {
        await page.setViewportSize(viewport);
        // What the other size asks for has come.
        await page.waitForTimeout(300);
        for (const theme of THEMES) {
          // Only colours differ between the themes of one document.
          const found = await violations(theme, theme === THEMES[0] ? RULES : COLOUR_RULES);
          offences.push(...found.map((offence) => `${path}, ${theme}, ${size}: ${offence}`));
        }
      }
    }
    expect(offences).toEqual([]);
  },
  ALL_PAGES_DEADLINE_MS,
);
