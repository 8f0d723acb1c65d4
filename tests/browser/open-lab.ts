import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { defaultRootDir } from "@pnmlab/config";
import { startTestLab, type TestLab, type TestLabOptions } from "@pnmlab/testkit";
import { type Browser, chromium, type Page } from "playwright-core";
import { complaintsOf, launchOptions, PATIENCE_MS } from "./chromium.ts";

const IMAGES = join(defaultRootDir, "docs", "images");

/** A lab of its own and an empty page of a desktop's size, with what that page complains of. */
export async function openLab(options: TestLabOptions = {}): Promise<{
  lab: TestLab;
  browser: Browser;
  page: Page;
  complaints: string[];
}> {
  // A page that is built elsewhere is not replaced while it is tested.
  const distDir = process.env.PNMLAB_TEST_PAGE;
  const lab = await startTestLab(distDir ? { distDir, ...options } : options);
  const browser = await chromium.launch(launchOptions);
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  page.setDefaultTimeout(PATIENCE_MS);
  // Hints of the first visit are for a person, and not for the pictures of the guides.
  await page.addInitScript(() => localStorage.setItem("pnmlab.hints", "wheel,marker,timeline,keys"));
  return { lab, browser, page, complaints: complaintsOf(page) };
}

/** Signs in, opens the live page of the first port, starts a capture and waits for more frames than `frames`. */
export async function startLive(page: Page, lab: TestLab, query: string, frames: number): Promise<void> {
  await page.goto(lab.signInLink());
  const port = lab.simulator.devices[0]!.rfPorts[0]!.ifIndex;
  await page.goto(`${lab.url}/live/lab-cmts-1/${port}${query}`);
  await page
    .getByRole("button", { name: /^Start/ })
    .first()
    .click();
  await page.waitForFunction((least) => (window.pnmlab?.trace()?.sequence ?? 0) > least, frames);
}

/**
 * Takes a picture of the guides, where the pictures are to be renewed.
 *
 * @param afterMs a waterfall needs some rows to be one, and a line some readings
 */
export async function picture(page: Page, name: string, afterMs = 0): Promise<void> {
  if (!process.env.PNMLAB_UPDATE_IMAGES) return;
  await page.waitForTimeout(afterMs);
  await mkdir(IMAGES, { recursive: true });
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
}
