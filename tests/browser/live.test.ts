import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { defaultRootDir } from "@pnmlab/config";
import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath, complaintsOf, launchOptions, PATIENCE_MS } from "./chromium.ts";
import { picture } from "./open-lab.ts";

interface Trace {
  frequencyHz: number[];
  levelDbmv: number[];
  averageDbmv: number[] | null;
  sequence: number;
  capturedAtMs: number;
}

declare global {
  interface Window {
    pnmlab: { trace(): Trace | null };
  }
}

const PICTURE_AFTER_MS = 60_000;
const RF_PORT = 1001;

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  lab = await startTestLab();
  browser = await chromium.launch(launchOptions);
  page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  page.setDefaultTimeout(PATIENCE_MS);
  complaints = complaintsOf(page);
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

run("a started session shows the moving spectrum with the ingress carrier in its place", async () => {
  await page.goto(lab.signInLink());
  await page.goto(`${lab.url}/live/lab-cmts-1/${RF_PORT}`);
  await page
    .getByRole("button", { name: /^Start/ })
    .first()
    .click();
  const startedAt = Date.now();
  await page.waitForFunction(() => window.pnmlab?.trace() !== null);
  expect(Date.now() - startedAt).toBeLessThan(5000);

  const first = (await page.evaluate(() => window.pnmlab.trace()))!;
  await page.waitForFunction(
    (sequence) => (window.pnmlab.trace()?.sequence ?? 0) >= sequence + 20,
    first.sequence,
  );
  const later = (await page.evaluate(() => window.pnmlab.trace()))!;
  expect(later.levelDbmv).not.toEqual(first.levelDbmv);

  const carrier = lab.simulator
    .truth("lab-cmts-1", RF_PORT)
    .carriers.find(({ frequencyHz }) => Math.abs(frequencyHz - 13.56e6) < 20_000)!;
  const { frequencyHz, levelDbmv } = later;
  const nearby = frequencyHz
    .map((hz, bin) => ({ hz, level: levelDbmv[bin]! }))
    .filter(({ hz }) => Math.abs(hz - carrier.frequencyHz) < 300_000);
  const peak = nearby.reduce((best, bin) => (bin.level > best.level ? bin : best));
  const binHz = frequencyHz[1]! - frequencyHz[0]!;
  expect(Math.abs(peak.hz - carrier.frequencyHz)).toBeLessThanOrEqual(binHz);
  expect(Math.abs(peak.level - carrier.levelDbmv)).toBeLessThanOrEqual(1);

  await picture(page, "live", PICTURE_AFTER_MS);
});

run("stopping leaves the CMTS idle and the TFTP directory clean", async () => {
  await page.getByRole("button", { name: /^Stop/ }).first().click();
  const cookie = await lab.signIn();
  await expect
    .poll(async () => {
      const answer = await fetch(`${lab.url}/api/utsc/sessions`, { headers: { cookie } });
      const { sessions } = (await answer.json()) as { sessions: { state: string }[] };
      return sessions.map(({ state }) => state);
    })
    .toEqual(["stopped"]);
  expect(lab.simulator.measStatus("lab-cmts-1", RF_PORT)).not.toBe("busy");
  await expect.poll(() => readdir(lab.config.tftpDir)).toEqual([]);
});

run(
  "a real capture in the TFTP directory appears in the list at once, one that is cut off as refused when nothing more comes",
  async () => {
    const fixtures = join(defaultRootDir, "..", "shared", "fixtures", "pnm");
    if (!existsSync(fixtures)) {
      console.warn("real captures are not here: their test did not run");
      return;
    }
    const { copyFile, readFile, writeFile } = await import("node:fs/promises");
    await page.goto(`${lab.url}/captures`);
    await copyFile(join(fixtures, "rxmer.bin"), join(lab.config.tftpDir, "rxmer.bin"));
    await page.getByText("rxmer.bin").first().waitFor();
    const whole = await readFile(join(fixtures, "channel_estimation.bin"));
    await writeFile(join(lab.config.tftpDir, "cut.bin"), whole.subarray(0, 5000));
    // What is shorter than its header says may still be on its way.
    await page.getByText("cut.bin").first().waitFor();
    await page
      .getByText(/refused/i)
      .first()
      .waitFor();
  },
);

run("every page opens without a complaint on the console", async () => {
  for (const path of ["/", "/live", "/modems", "/runs", "/captures", "/events", "/plant", "/health"]) {
    await page.goto(`${lab.url}${path}`);
    await page.waitForTimeout(300);
  }
  expect(complaints).toEqual([]);
});
