import { readFile } from "node:fs/promises";
import { traceExportSchema } from "@pnmlab/protocol";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { openLab, picture, startLive } from "./open-lab.ts";

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
const MARKER_MHZ = 27.2;

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab());
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await startLive(page, lab, "?f=5_85&tab=markers", 40);
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

const dialog = () => page.getByRole("dialog", { name: "Export" });

/** Presses a button of the dialog and reads what the browser has saved. */
async function saved(button: string): Promise<{ name: string; bytes: Buffer }> {
  if (!(await dialog().isVisible())) {
    await page.locator(".plot__surface").focus();
    await page.keyboard.press("x");
    await dialog().waitFor();
  }
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    dialog().getByRole("button", { name: button, exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

async function close(): Promise<void> {
  await page.keyboard.press("Escape");
  await dialog().waitFor({ state: "detached" });
}

/** Rows of the CSV as numbers by head, NaN for an empty field. */
function tableOf(text: string): Map<string, number[]> {
  const lines = text
    .trimEnd()
    .split("\r\n")
    .filter((line) => !line.startsWith("#"));
  const heads = lines[0]!.split(",");
  const rows = lines
    .slice(1)
    .map((line) => line.split(",").map((field) => (field === "" ? Number.NaN : Number(field))));
  return new Map(heads.map((head, at) => [head, rows.map((row) => row[at]!)]));
}

run(
  "traces are saved as CSV and JSON under a name that tells the port, and read as the picture does",
  async () => {
    // Held, so that picture and files are of one moment.
    await page.locator(".plot__surface").focus();
    await page.keyboard.press("m");
    await page.locator("#marker-frequency").fill(String(MARKER_MHZ));
    await page.locator("#marker-frequency").press("Enter");
    await page.locator(".plot__surface").focus();
    await page.keyboard.press("Space");
    await page.getByText(/Frozen/).waitFor();
    await page.waitForTimeout(600);

    const csv = await saved("Traces as CSV");
    expect(csv.name).toMatch(/^lab-cmts-1_.+_\d{8}T\d{6}Z_traces\.csv$/);
    const text = csv.bytes.toString("utf8");
    expect(text).toMatch(/^# PNM Lab traces of .+\r\n/);
    expect(text).toContain("# Level unit: dBmV per bin");
    const table = tableOf(text);
    expect([...table.keys()].slice(0, 9)).toEqual(
      "freq_hz,live_dbmv,avg,max,min,p10,p50,p90,floor".split(","),
    );
    const shown = await page.evaluate(() => {
      const trace = window.pnmlab!.trace()!;
      return { averageDbmv: [...(trace.averageDbmv ?? [])], frequencyHz: [...trace.frequencyHz] };
    });
    const average = table.get("avg")!;
    expect(average).toHaveLength(shown.averageDbmv.length);
    for (let bin = 0; bin < average.length; bin += 97) {
      expect(table.get("freq_hz")![bin]).toBeCloseTo(shown.frequencyHz[bin]!, 1);
      expect(average[bin]).toBeCloseTo(shown.averageDbmv[bin]!, 1);
      expect(table.get("max")![bin]).toBeGreaterThanOrEqual(table.get("live_dbmv")![bin]!);
      expect(table.get("min")![bin]).toBeLessThanOrEqual(table.get("live_dbmv")![bin]!);
    }
    const json = traceExportSchema.parse(JSON.parse((await saved("Traces as JSON")).bytes.toString("utf8")));
    expect(json.traces.average!.map((level) => level ?? Number.NaN)).toEqual(average);
    expect(json.markers[0]!.frequencyHz / 1e6).toBeCloseTo(MARKER_MHZ, 1);
    await picture(page, "live-export");
    await close();
  },
);

run(
  "the picture is saved as SVG with its traces as paths and as PNG, and goes to the clipboard",
  async () => {
    await page.locator("#mask-from").selectOption("plan");
    await page.locator("#mask-upper").fill("6");
    await page.getByRole("button", { name: "Make mask" }).click();
    await page.locator(".plot__surface").focus();
    await page.keyboard.press("d");
    const svg = (await saved("SVG")).bytes.toString("utf8");
    const read = await page.evaluate((text) => {
      const document = new DOMParser().parseFromString(text, "image/svg+xml");
      return {
        isBroken: document.querySelector("parsererror") !== null,
        paths: document.querySelectorAll("path").length,
        images: [...document.querySelectorAll("image")].map((image) =>
          image.getAttribute("href")!.slice(0, 22),
        ),
        failColour: getComputedStyle(window.document.documentElement).getPropertyValue("--fail").trim(),
        strokes: [...document.querySelectorAll("path")].map((path) => path.getAttribute("stroke")),
        words: document.documentElement.textContent ?? "",
      };
    }, svg);
    expect(read.isBroken).toBe(false);
    expect(read.paths).toBeGreaterThanOrEqual(3);
    // The waterfall and, under the traces, the persistence.
    expect(read.images).toEqual(["data:image/png;base64,", "data:image/png;base64,"]);
    expect(read.words).toContain("Persistence");
    expect(read.strokes.filter((stroke) => stroke === read.failColour).length).toBeGreaterThanOrEqual(2);
    expect(read.words).toMatch(/Mask plan \+6 dB: (pass|FAIL)/);
    expect(read.words).toMatch(/M1 on Average: 27\.\d{3} MHz/);
    const png = (await saved("PNG")).bytes;
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect(png.readUInt32BE(16)).toBe(2880);
    await close();
    await page.locator(".plot__surface").focus();
    await page.keyboard.press("Shift+X");
    await page.getByText("The picture is in the clipboard").first().waitFor();
    const types = await page.evaluate(async () =>
      (await navigator.clipboard.read()).flatMap((item) => [...item.types]),
    );
    expect(types).toContain("image/png");
  },
);

run("the link restores the view, and the report stands on its own", async () => {
  await page.getByRole("button", { name: "Copy link" }).first().click();
  await page.getByText("The link to this view is in the clipboard").first().waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain("f=5_85");
  await page.goto(`${lab.url}/health`);
  await page.goto(link);
  await expect.poll(() => page.locator("#marker-frequency").inputValue()).toMatch(/^27\.[12]/);
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 40);

  const report = await saved("Report as HTML");
  expect(report.name).toMatch(/_report\.html$/);
  const html = report.bytes.toString("utf8");
  expect(html).not.toContain("<script");
  const paper = await browser.newPage();
  const asked: string[] = [];
  paper.on("request", (request) => asked.push(request.url()));
  await paper.setContent(html);
  await paper.getByRole("heading", { name: "Channels" }).waitFor();
  expect(await paper.locator("svg").count()).toBe(1);
  expect(asked.filter((url) => url.startsWith("http"))).toEqual([]);
  await paper.close();
  await close();
});

run("frames are told in number and size before, and saved bit for bit", async () => {
  await page.locator(".plot__surface").focus();
  await page.keyboard.press("x");
  await dialog()
    .getByText(/about\s+[\d\s]+\s+frames/)
    .waitFor();
  const { name, bytes } = await saved("Frames as CSV");
  expect(name).toMatch(/_frames\.csv$/);
  const lines = bytes
    .toString("utf8")
    .trimEnd()
    .split("\r\n")
    .filter((line) => !line.startsWith("#"));
  expect(lines[0]).toMatch(/^time_utc,sequence,gap_before,\d+/);
  const sequences = lines.slice(1).map((line) => Number(line.split(",")[1]));
  expect(sequences.length).toBeGreaterThan(20);
  // Each once and none left out; files that came in one moment may have changed places.
  const inOrder = sequences.toSorted((x, y) => x - y);
  expect(inOrder).toEqual(inOrder.map((_, at) => inOrder[0]! + at));
  await close();
  expect(complaints).toEqual([]);
});
