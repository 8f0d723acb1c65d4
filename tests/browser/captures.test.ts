import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  codewordsFile,
  constellationFile,
  preEqualizerFile,
  rxMerFile,
  upstreamSpectrumFile,
} from "../../frontend/src/api/synthetic/synthetic-files.ts";
import { chromiumPath, complaintsOf, launchOptions, PATIENCE_MS } from "./chromium.ts";
import { picture } from "./open-lab.ts";

/** Subcarrier 148 is the first of the file: its byte follows the header of 28. */
const FIRST_VALUE_OFFSET = 28;

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
  await page.goto(lab.signInLink());
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

/** Drags files over the window and lets them go there, as a file manager does. */
async function drop(files: Record<string, Uint8Array>): Promise<void> {
  const named = Object.entries(files).map(([name, bytes]) => ({
    name,
    base64: Buffer.from(bytes).toString("base64"),
  }));
  const transfer = await page.evaluateHandle((contents) => {
    const dragged = new DataTransfer();
    for (const { name, base64 } of contents) {
      const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
      dragged.items.add(new File([bytes], name));
    }
    return dragged;
  }, named);
  await page.dispatchEvent("body", "dragenter", { dataTransfer: transfer });
  await page.getByText("Drop capture files to look at them").waitFor();
  await page.dispatchEvent("body", "dragover", { dataTransfer: transfer });
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}

const plot = () => page.getByRole("application", { name: /of .*Plus and minus zoom/ });
const hex = () => page.getByRole("application", { name: /Bytes, sixteen in a row/ });
const selected = () => page.locator(".byte.is-selected").allTextContents();

run("a file that is dropped on any page is plotted and explained, without being sent", async () => {
  await page.goto(`${lab.url}/health`);
  await drop({ "rxmer.bin": rxMerFile() });
  await plot().waitFor();
  expect(page.url()).toContain("/captures/opened/");
  await page.getByText("Only in this page.").waitFor();
  await page.getByText("not measurable: 96 values in 2 stretches").waitFor();
  await page.getByText("No other reading fits.").waitFor();
  const cookie = await lab.signIn();
  const answer = await fetch(`${lab.url}/api/captures`, { headers: { cookie } });
  expect(((await answer.json()) as { captures: unknown[] }).captures).toEqual([]);
});

run("the pointer reads values, the wheel zooms, a double click shows all", async () => {
  const over = page.locator(".u-over");
  const box = (await over.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.getByText(/^\d+\.\d{3} MHz, subcarrier \d+$/).waitFor();
  await page.mouse.wheel(0, -500);
  await page.getByRole("button", { name: "Show all" }).waitFor();
  await page.mouse.dblclick(box.x + box.width / 3, box.y + box.height / 2);
  await page.getByText("Wheel or drag to zoom").waitFor();
  await page.mouse.move(box.x + 200, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + 500, box.y + 260, { steps: 4 });
  await page.mouse.up();
  await page.getByRole("button", { name: "Show all" }).click();
  await plot().focus();
  await page.keyboard.press("+");
  await page.getByRole("button", { name: "Show all" }).waitFor();
  await page.keyboard.press("Shift+ArrowRight");
  await page.getByText(/^\d+\.\d{3} MHz, subcarrier \d+$/).waitFor();
  await page.keyboard.press("Home");
  await page.getByText("Wheel or drag to zoom").waitFor();
});

run("a header field and its bytes point at each other, and a byte of data names its value", async () => {
  await page.getByRole("row", { name: /Subcarrier zero frequency/ }).click();
  expect((await selected()).join(" ")).toBe("25 7d c7 40");
  await page.locator('.byte[data-offset="3"]').click();
  await page.locator('tr[aria-selected="true"]', { hasText: "Type code" }).waitFor();
  await page.getByLabel("Go to offset").fill(String(FIRST_VALUE_OFFSET + 1100));
  await page.keyboard.press("Enter");
  await page.getByText("subcarrier 1248, 691.400 MHz, RxMER excluded").waitFor();
  await hex().focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Shift+ArrowRight");
  await page.getByText("2 bytes selected").waitFor();
  const box = (await page.locator(".u-over").boundingBox())!;
  await page.mouse.click(box.x + box.width / 2, box.y + 80);
  await page
    .getByRole("status")
    .filter({ hasText: /subcarrier \d+, .* MHz, RxMER .* dB/ })
    .waitFor();
  await page.mouse.move(box.x + box.width * 0.53, box.y + box.height * 0.6);
  await picture(page, "capture-file");
});

run("a dropped file is kept on request and then found in the list, decoded", async () => {
  await page.getByRole("button", { name: "Keep in captures" }).click();
  await page.getByText("Kept in captures.").waitFor();
  await page.getByRole("link", { name: "Open the kept capture" }).click();
  await plot().waitFor();
  await page.getByRole("link", { name: "Captures" }).first().click();
  await page
    .getByRole("row", { name: /rxmer\.bin/ })
    .getByText("Decoded")
    .waitFor();
});

run(
  "several files at once are opened beside each other, a damaged one with the place of its damage",
  async () => {
    await drop({
      "cut.bin": rxMerFile().subarray(0, 1000),
      "pre-equalizer.bin": preEqualizerFile(),
      "constellation.bin": constellationFile(),
      "codewords.bin": codewordsFile(),
      "spectrum.bin": upstreamSpectrumFile(),
    });
    await page.getByText("Refused, TRUNCATED.").waitFor();
    await page.getByText("At byte").waitFor();
    expect(await page.locator(".byte.fault").count()).toBeGreaterThan(0);
    await picture(page, "capture-refused");
    for (const file of ["pre-equalizer", "constellation", "codewords", "spectrum"]) {
      await page.getByRole("link", { name: `${file}.bin` }).click();
      await page.getByRole("application", { name: new RegExp(`of ${file}.bin`) }).waitFor();
      if (file === "constellation" || file === "spectrum") await picture(page, `capture-${file}`);
    }
  },
);

run("a spectrum can be read differently, and the result shows at once", async () => {
  await page.getByLabel("Byte order").selectOption("little");
  await page.getByText(/byte order given/).waitFor();
  await page.getByLabel("Bins").fill("800.5");
  await page.getByText("A whole number, 1 or more").waitFor();
  await page.getByRole("button", { name: "As the file says" }).click();
  await page.getByLabel("Frame").fill("2");
  await page
    .getByText(/Frame 2, bin 0, 5.000 MHz/)
    .waitFor({ state: "attached", timeout: 1000 })
    .catch(() => {});
});

run("a gzip file copied into the TFTP directory appears decoded, its bytes as they came", async () => {
  await page.goto(`${lab.url}/captures`);
  const packed = gzipSync(rxMerFile(1900));
  await writeFile(join(lab.config.tftpDir, "from-tftp.bin.gz"), packed);
  const row = page.getByRole("row", { name: /from-tftp\.bin\.gz/ });
  await row.getByText("Decoded").waitFor();
  await row.getByRole("link").click();
  await plot().waitFor();
  await page.getByText(/1.900 values/).waitFor();
});

run("nothing of it complained on the console", () => {
  expect(complaints).toEqual([]);
});
