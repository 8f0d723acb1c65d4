import { createHash } from "node:crypto";
import type { FrameProvenance, UtscSession } from "@pnmlab/protocol";
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
/** Addresses of frames that the page has asked for. */
const asked: string[] = [];

const run = chromiumPath ? test : test.skip;
const device = () => lab.simulator.devices[1]!;
const section = () => page.getByRole("region", { name: "This frame" });
const frameNumber = async () =>
  Number(/Frame ([\d\s,.]+?),/.exec((await section().textContent()) ?? "")?.[1]?.replaceAll(/\D/g, ""));
/** Space belongs to the plot only while nothing else has the focus. */
async function toggleFreeze(): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press("Space");
}
const open = (tab: RegExp) => page.getByRole("tab", { name: tab }).click();

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab({ env: { PNMLAB_CONSUMED_FILES: "archive" } }));
  page.on("request", (request) => {
    if (/\/frames\/\d+$/.test(request.url())) asked.push(request.url());
  });
  await page.goto(lab.signInLink());
  await page.goto(`${lab.url}/live/${device().name}/${device().rfPorts[0]!.ifIndex}`);
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

run(
  "the frame shown names its file, header, reading, agent and hash, and only the open tab asks for them",
  async () => {
    await page
      .getByRole("button", { name: /^Start/ })
      .first()
      .click();
    await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) >= 5);
    expect(asked).toEqual([]);
    await open(/^Truth/);
    await section().getByText("Why this reading: the 51 header bytes").waitFor();
    const header = page.getByRole("table", { name: "Header of this frame's file" });
    const type = header.locator("tbody tr").first();
    await expect.poll(() => type.locator("td").allTextContents(), POLL).toEqual(["File type", "PNN ", "0"]);
    const factsText = async () => (await section().locator(".facts").textContent()) ?? "";
    await expect.poll(factsText, POLL).toMatch(/Newest status poll1 request, [\d.]+ ms/);
    const facts = await factsText();
    expect(facts).toContain(`pnmlab_`);
    expect(facts).toContain(lab.config.agentName);
    const before = await frameNumber();
    await expect.poll(frameNumber, POLL).toBeGreaterThan(before + 2);
  },
);

run(
  "while the picture is frozen the frame stays, and its file can be saved with the hash that is told",
  async () => {
    await toggleFreeze();
    await page.waitForTimeout(800);
    const frozen = await frameNumber();
    await page.waitForTimeout(1200);
    expect(await frameNumber()).toBe(frozen);
    await toggleFreeze();
    // A file is archived a moment after it was taken.
    const save = section().getByRole("link", { name: "Save this file" });
    await save.waitFor();
    await toggleFreeze();
    await page.waitForTimeout(800);
    const sha256 = await section().locator("code[title]").getAttribute("title");
    const url = new URL((await save.getAttribute("href"))!, lab.url);
    const answer = await fetch(url, { headers: { cookie: await lab.signIn() } });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
    await section().evaluate((element) => element.scrollIntoView());
    await picture(page, "live-truth-frame");
    await toggleFreeze();
  },
);

run("with a marker on max hold it is the frame that set the hold there", async () => {
  await page.keyboard.press("m");
  await open(/^Markers/);
  await page.locator("#marker-trace").selectOption("max");
  await open(/^Truth/);
  await section().getByText("set max hold under the active marker").waitFor();
  const held = await frameNumber();
  const newest = () => page.evaluate(() => window.pnmlab!.trace()!.sequence);
  expect(held).toBeLessThanOrEqual(await newest());
  await section().getByText("Why this reading").waitFor();
  await open(/^Markers/);
  await page.locator("#marker-trace").selectOption("live");
  await open(/^Truth/);
  await section().getByText("is the newest shown").waitFor();
});

run("in playback the tab shows what was recorded and the frame that is played", async () => {
  await page.getByRole("button", { name: /^Stop/ }).first().click();
  await page
    .getByRole("button", { name: /^Start/ })
    .first()
    .waitFor();
  const atMs = await page.evaluate(() => window.pnmlab!.trace()!.capturedAtMs - 1000);
  await page.goto(`${page.url().split("?")[0]}?tab=truth&at=${atMs}`);
  await page.getByText("A recording, not live.").waitFor();
  await section().getByText("is the one shown").waitFor();
  const shown = () => page.evaluate(() => window.pnmlab?.trace()?.sequence);
  await expect.poll(async () => (await frameNumber()) === (await shown()), POLL).toBe(true);
  await section().getByText("Why this reading: the 51 header bytes").waitFor();
  await page.getByText("These settings held from").waitFor();
  const headers = { cookie: await lab.signIn() };
  const sessions = await (await fetch(`${lab.url}/api/utsc/sessions`, { headers })).json();
  const { id } = (sessions as { sessions: UtscSession[] }).sessions[0]!;
  const answer = await fetch(`${lab.url}/api/recordings/ring-${id}/frames/${await frameNumber()}`, {
    headers,
  });
  const told = (await answer.json()) as FrameProvenance;
  await section().getByText("Recordings do not hold which agent fetched a frame").waitFor();
  expect(await section().locator("code[title]").getAttribute("title")).toBe(told.sha256);
  expect(await section().locator(".facts").textContent()).toContain(told.fileName);
  await section().getByRole("link", { name: "Save this file" }).waitFor();
  expect(complaints).toEqual([]);
});
