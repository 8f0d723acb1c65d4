import { readFile } from "node:fs/promises";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { openLab, picture } from "./open-lab.ts";

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
const MOMENT_MS = 60_000;

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab());
  await page.goto(lab.signInLink());
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

const ports = () => lab.simulator.devices[0]!.rfPorts.map(({ ifIndex }) => ifIndex);

async function start(port: number): Promise<void> {
  await page.goto(`${lab.url}/live/lab-cmts-1/${port}`);
  await page
    .getByRole("button", { name: /^Start/ })
    .first()
    .click();
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 40);
}

async function choose(side: "A" | "B", label: RegExp): Promise<void> {
  const select = page.getByRole("region", { name: `Side ${side}` }).getByRole("combobox");
  await expect
    .poll(() => select.locator("option").allTextContents(), { timeout: MOMENT_MS })
    .toContainEqual(expect.stringMatching(label));
  const texts = await select.locator("option").allTextContents();
  await select.selectOption({ index: texts.findIndex((text) => label.test(text)) });
}

run("a recording is compared with what comes live on another port, and the report holds both", async () => {
  const [first, second] = ports();
  await start(first!);
  await start(second!);
  await page.goto(`${lab.url}/recordings`);
  await page
    .getByRole("link", { name: /^Compare / })
    .first()
    .click();
  await page.getByRole("heading", { name: "Compare", exact: true }).waitFor();
  const sideA = page.getByRole("region", { name: "Side A" });
  await sideA.getByText(/Mean power of \d+ frames/).waitFor({ timeout: MOMENT_MS });
  await choose("B", /, live$/);
  await page
    .getByText(/bins differ by more than 2σ/)
    .first()
    .waitFor({ timeout: MOMENT_MS });
  await page.getByRole("table", { name: "Channels" }).waitFor();
  expect(new URL(page.url()).searchParams.get("b")).toMatch(/^live:lab-cmts-1\//);
  const image = page.getByRole("img", { name: /bins differ by more than/ });
  await image.hover();
  await page.getByText(/MHz: A −?\d+\.\d dBmV, B −?\d+\.\d dBmV, B − A [+−]?\d+\.\d dB/).waitFor();
  await page
    .getByRole("region", { name: "Side B" })
    .getByText(/Mean power of [6-9]\d frames/)
    .waitFor({ timeout: MOMENT_MS });
  await picture(page, "compare");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Before and after report" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/before-after\.html$/);
  const html = await readFile(await download.path(), "utf8");
  expect(html).toContain("Settings of A");
  expect(html).toContain("Settings of B");
  expect(html).not.toContain("<script");
});

run("a recording beside itself differs nowhere", async () => {
  const a = new URL(page.url()).searchParams.get("a")!;
  // A ring still grows; a part of it with an end is the same each time.
  const id = a.slice(4);
  const answer = await page.request.get(`${lab.url}/api/recordings/${id}`);
  const { recording } = (await answer.json()) as { recording: { firstMs: number; lastMs: number } };
  const part = `rec:${id}@${Math.ceil(recording.firstMs)}-${Math.floor(recording.lastMs)}`;
  await page.goto(`${lab.url}/compare?a=${encodeURIComponent(part)}&b=${encodeURIComponent(part)}`);
  await page.getByText(/^0\.0 % of \d+ bins differ by more than 2σ/).waitFor({ timeout: MOMENT_MS });
  await page.getByText("None: every line of one side stands on the other.").waitFor();
});

run("the first and the last second of a recording are compared, in the unit that is chosen", async () => {
  const id = new URL(page.url()).searchParams.get("a")!.replace(/@.*/, "");
  await page.goto(`${lab.url}/compare?a=${encodeURIComponent(id)}&b=${encodeURIComponent(id)}&u=dBm_3`);
  for (const [letter, end] of [
    ["A", "First"],
    ["B", "Last"],
  ] as const) {
    const side = page.getByRole("region", { name: `Side ${letter}` });
    await side.getByRole("spinbutton").fill("1");
    await side.getByRole("button", { name: end, exact: true }).click();
    await side.getByText(/Mean power of \d{1,2} frames/).waitFor({ timeout: MOMENT_MS });
  }
  const span = (key: string) => {
    const [, from, to] = new URL(page.url()).searchParams.get(key)!.match(/@(\d+)-(\d+)$/)!;
    return { fromMs: Number(from), toMs: Number(to) };
  };
  expect(span("a").toMs - span("a").fromMs).toBe(1000);
  expect(span("b").fromMs).toBeGreaterThan(span("a").fromMs);
  await page.getByRole("columnheader", { name: "Power A, dBm", exact: true }).waitFor({ timeout: MOMENT_MS });
  await page.getByRole("combobox", { name: "Levels in" }).selectOption("dBmV/Hz");
  await page.getByRole("columnheader", { name: "Power A, dBmV/Hz", exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.get("u")).toBe("dBmV-Hz_3");
  await page.getByRole("img", { name: /bins differ by more than/ }).hover();
  await page.getByText(/MHz: A −\d+\.\d dBmV\/Hz, B −\d+\.\d dBmV\/Hz/).waitFor();
  // By dragging, and by its fields.
  const strip = page.getByRole("region", { name: "Side A" }).getByTitle("Drag for a part of the recording");
  const first = span("a");
  const box = (await strip.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + 8);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + 8, { steps: 3 });
  await page.mouse.up();
  await expect.poll(() => span("a").fromMs).toBeGreaterThan(first.fromMs);
  const dragged = span("a");
  const from = page.getByRole("region", { name: "Side A" }).getByLabel("From");
  const typed = await from.inputValue();
  await from.fill("2001-01-01T00:00:00.0");
  await from.blur();
  await expect.poll(() => span("a").fromMs).toBeLessThan(dragged.fromMs);
  await from.fill(typed);
  await from.blur();
  await expect.poll(() => Math.abs(span("a").fromMs - dragged.fromMs)).toBeLessThan(1000);
});

/** Seconds that the waterfalls of the tiles go back before a time; negative where they begin after it. */
async function secondsBefore(timeMs: number): Promise<number[]> {
  const texts = await tiles()
    .getByText(/^back to /)
    .allTextContents();
  const time = new Date(timeMs);
  return texts.map((text) => {
    const [hours, minutes, seconds] = text.replace("back to ", "").split(":").map(Number);
    const oldest = new Date(time);
    oldest.setHours(hours!, minutes, seconds, 0);
    const agoS = (time.getTime() - oldest.getTime()) / 1000;
    return agoS < -43_200 ? agoS + 86_400 : agoS;
  });
}

const tiles = () => page.locator("article.tile");

run("ports stand side by side on one scale, and the pointer on one reads them all", async () => {
  const [first, second] = ports();
  await page.goto(`${lab.url}/live/lab-cmts-1/${first}?ports=${first},${second}`);
  await expect.poll(() => tiles().count(), { timeout: MOMENT_MS }).toBe(2);
  await expect
    .poll(() => tiles().locator("footer").allTextContents(), { timeout: MOMENT_MS })
    .toEqual([expect.stringContaining("floor"), expect.stringContaining("floor")]);
  await expect.poll(() => page.locator(".page__bar").first().textContent()).toMatch(/dBmV, colours/);
  await tiles().first().locator("canvas").hover();
  await expect
    .poll(() => tiles().locator("footer").allTextContents(), { timeout: MOMENT_MS })
    .toEqual([expect.stringMatching(/average .* dBmV/), expect.stringMatching(/average .* dBmV/)]);
  const before = await page.locator(".page__bar").first().textContent();
  await page.mouse.wheel(0, -300);
  await expect.poll(() => page.locator(".page__bar").first().textContent()).not.toBe(before);
  expect(complaints).toEqual([]);
});

run("four ports lie in two rows of two, with rows from before the page was opened", async () => {
  const four = ports().slice(0, 4);
  for (const port of four.slice(2)) await start(port);
  await page.waitForTimeout(process.env.PNMLAB_UPDATE_IMAGES ? 60_000 : 8000);
  const asked: URLSearchParams[] = [];
  page.on("request", (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname.endsWith("/rows")) asked.push(searchParams);
  });
  const openedMs = Date.now();
  await page.goto(`${lab.url}/live/lab-cmts-1/${four[0]}?ports=${four.join(",")}`);
  const oldest = async () => {
    const agesS = await secondsBefore(openedMs);
    return agesS.length === 4 ? Math.min(...agesS) : Number.NEGATIVE_INFINITY;
  };
  await expect.poll(oldest, { timeout: MOMENT_MS }).toBeGreaterThanOrEqual(7);
  const boxes = await Promise.all((await tiles().all()).map((tile) => tile.boundingBox()));
  expect(boxes.map((box) => boxes.filter((other) => other?.y === box?.y).length)).toEqual([2, 2, 2, 2]);
  // A tile of 260 pixels shows 102 rows; none is asked for again, and no whole ring of ten minutes.
  expect(asked).toHaveLength(4);
  for (const query of asked) {
    expect(Number(query.get("rows"))).toBeLessThanOrEqual(102);
    expect(Number(query.get("toMs")) - Number(query.get("fromMs"))).toBeLessThan(100_000);
  }
  await page.waitForTimeout(process.env.PNMLAB_UPDATE_IMAGES ? 8000 : 0);
  await picture(page, "ports");
  await page.setViewportSize({ width: 700, height: 1000 });
  await expect
    .poll(
      async () =>
        new Set(await Promise.all((await tiles().all()).map(async (tile) => (await tile.boundingBox())?.x)))
          .size,
    )
    .toBe(1);
  await page.setViewportSize({ width: 1600, height: 1000 });
  expect(complaints).toEqual([]);
});
