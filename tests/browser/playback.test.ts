import { decodeSpectrumFrame, type Recording } from "@pnmlab/protocol";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath, PATIENCE_MS } from "./chromium.ts";
import { openLab, picture } from "./open-lab.ts";

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const soon: typeof expect.poll = (read, options) => expect.poll(read, { timeout: PATIENCE_MS, ...options });
const run = chromiumPath ? test : test.skip;
const SETTLE_MS = 10_000;
const livePath = () => `${lab.url}/live/lab-cmts-1/${lab.simulator.devices[0]!.rfPorts[0]!.ifIndex}`;
const place = () => page.locator(".transport__place");
const pill = (text: string) => page.locator(".pill", { hasText: text });
const speed = (text: string) => page.getByRole("button", { name: text, exact: true });

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab());
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

async function api<T>(path: string): Promise<T> {
  const answer = await fetch(`${lab.url}${path}`, { headers: { cookie: await lab.signIn() } });
  return (await answer.json()) as T;
}

async function recordingNamed(label: string): Promise<Recording | undefined> {
  const { recordings } = await api<{ recordings: Recording[] }>("/api/recordings");
  return recordings.find((recording) => recording.label === label);
}

/** Level of a bin, dBmV, in every frame of a recording between two times. */
async function levelsOf(id: string, bin: number, fromMs: number, toMs: number): Promise<number[]> {
  const answer = await fetch(`${lab.url}/api/recordings/${id}/frames?fromMs=${fromMs}&limit=600`, {
    headers: { cookie: await lab.signIn() },
  });
  const stream = await answer.arrayBuffer();
  const levels: number[] = [];
  for (let offset = 0; offset < stream.byteLength; ) {
    const length = new DataView(stream).getUint32(offset, true);
    const frame = decodeSpectrumFrame(stream.slice(offset + 4, offset + 4 + length));
    if (frame.capturedAtMs <= toMs) levels.push(frame.levelsHundredthsDbmv[bin]! / 100);
    offset += 4 + length;
  }
  return levels;
}

/** Sequence number of the first frame of the recording that is opened. */
let firstSequence = 1;

/** Place in the recording, from 1, of the frame that the transport names. */
async function frameNumber(): Promise<number> {
  const text = (await place().textContent()) ?? "";
  const sequence = /Frame ([\d\u2009]+)/.exec(text)?.[1]?.replace(/\D/g, "");
  return sequence === undefined ? Number.NaN : Number(sequence) - firstSequence + 1;
}

async function goToFrame(number: number): Promise<void> {
  await place().click();
  await page.getByLabel("Go to a frame or a time").fill(String(firstSequence + number - 1));
  await page.keyboard.press("Enter");
  await soon(frameNumber).toBe(number);
}

/** Figures come within two beats of the page. */
const FIGURES_MS = 1200;

const shown = () =>
  page.evaluate(() => ({ ...window.pnmlab?.trace() }) as { sequence: number; capturedAtMs: number });

/** The frame of the figures, once they stand still: they follow the picture a moment later. */
async function settled() {
  for (let before = await shown(); ; ) {
    await page.waitForTimeout(FIGURES_MS);
    const after = await shown();
    if (after.sequence === before.sequence) return after;
    before = after;
  }
}

run(
  "what runs is kept with a name by K, and opened as a recording",
  async () => {
    await page.goto(lab.signInLink());
    await page.goto(livePath());
    await page
      .getByRole("button", { name: /^Start/ })
      .first()
      .click();
    await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 150);
    await page.keyboard.press("k");
    await page.getByRole("dialog").getByText("Last 1 min").click();
    await page.getByLabel("Name").fill("Evening ingress");
    await page.getByLabel("Note").fill("After the rain");
    await page.getByRole("button", { name: "Keep", exact: true }).click();
    await page.getByText("Kept as “Evening ingress”.").waitFor();
    ({ firstSequence } = (await recordingNamed("Evening ingress"))!);
    await page.getByRole("link", { name: "Open", exact: true }).click();
    await pill("Playback, not live").waitFor();
    await soon(frameNumber).toBe(1);
    expect(await place().textContent()).toMatch(/ 0:00 \/ \d+:\d\d/);
  },
  120_000,
);

run("frames are gone to, and stepped through on and back", async () => {
  await goToFrame(120);
  const { sequence } = await settled();
  await page.keyboard.press(".");
  await soon(frameNumber).toBe(121);
  expect((await settled()).sequence).toBe(sequence + 1);
  await page.keyboard.press(",");
  await page.keyboard.press(",");
  await soon(frameNumber).toBe(119);
  expect((await settled()).sequence).toBe(sequence - 1);
});

run("max hold is that of the frames of the recording before the one shown", async () => {
  const recording = (await recordingNamed("Evening ingress"))!;
  const { capturedAtMs } = await settled();
  const plot = (await page.locator(".plot__surface").boundingBox())!;
  await page.mouse.move(plot.x + plot.width * 0.4, plot.y + 120);
  const tooltip = page.locator(".tip");
  await tooltip.waitFor();
  const read = async () => {
    const text = ((await tooltip.textContent()) ?? "").replaceAll("\u2212", "-");
    return {
      bin: Number(/bin\s+(\d+)/.exec(text)?.[1]),
      maxDbmv: Number(/Max hold\s*(-?[\d.]+)/.exec(text)?.[1]),
    };
  };
  const { bin } = await read();
  const levels = await levelsOf(recording.id, bin, capturedAtMs - SETTLE_MS, capturedAtMs);
  expect(levels.length).toBeGreaterThan(50);
  // The page holds levels in 32 bits, which decides how a level half-way between two tenths is shown.
  const shownDbmv = Number(Math.fround(Math.max(...levels)).toFixed(1));
  await soon(async () => (await read()).maxDbmv).toBe(shownDbmv);
});

run("it plays, pauses, and at ten times the speed runs to its end", async () => {
  await goToFrame(20);
  await page.getByRole("button", { name: "Play" }).click();
  await soon(frameNumber).toBeGreaterThan(25);
  await page.getByRole("button", { name: "Pause" }).click();
  const paused = await settled();
  await page.waitForTimeout(FIGURES_MS);
  expect((await shown()).sequence).toBe(paused.sequence);
  await speed("10×").click();
  await page.getByRole("button", { name: "Play" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await page.getByRole("button", { name: "Play" }).waitFor();
  const recording = (await recordingNamed("Evening ingress"))!;
  await soon(frameNumber).toBe(recording.frames);
});

run("the playhead is dragged, and a stretch is selected and played over and over", async () => {
  const strip = (await page.locator(".timeline__strip").boundingBox())!;
  const left = strip.x + 68;
  const width = strip.width - 68 - 58;
  const y = strip.y + strip.height / 2;
  const { frames } = (await recordingNamed("Evening ingress"))!;
  await page.getByRole("button", { name: "To the end" }).click();
  await soon(frameNumber).toBe(frames);
  await page.mouse.move(left + width - 1, y);
  await page.mouse.down();
  await page.mouse.move(left + width / 2, y, { steps: 12 });
  await page.mouse.up();
  await soon(async () => Math.abs((await frameNumber()) - frames / 2)).toBeLessThan(frames * 0.08);

  await page.mouse.move(left + width * 0.2, y);
  await page.mouse.down();
  await page.mouse.move(left + width * 0.4, y, { steps: 12 });
  await page.mouse.up();
  expect(await page.getByRole("slider", { name: /selection$/ }).count()).toBe(2);
  await page.getByRole("button", { name: /^Loop/ }).click();
  await page.getByRole("button", { name: "Play" }).click();
  await picture(page, "live-playback");
  const seen: number[] = [];
  await expect
    .poll(
      async () => {
        seen.push(await frameNumber());
        return seen.some((number, index) => index > 0 && number < seen[index - 1]!);
      },
      { timeout: PATIENCE_MS, interval: 100 },
    )
    .toBe(true);
  await expect
    .poll(async () => {
      const number = await frameNumber();
      return number > frames * 0.12 && number < frames * 0.48;
    })
    .toBe(true);
  await page.keyboard.press("Space");
});

run(
  "on the live page a click on the waterfall goes there, the capture goes on, and L leads back",
  async () => {
    await page.getByRole("button", { name: /Live of this port/ }).click();
    await pill("Receiving").waitFor();
    await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 0);
    const before = await shown();
    const plot = (await page.locator(".plot__surface").boundingBox())!;
    await page.mouse.click(plot.x + plot.width * 0.4, plot.y + plot.height * 0.7);
    await pill("Playback, not live").waitFor();
    await page.getByText("Live: receiving").waitFor();
    await soon(async () => page.url()).toContain("at=");
    const past = await settled();
    await page.waitForTimeout(FIGURES_MS);
    expect((await shown()).sequence).toBe(past.sequence);
    await picture(page, "live-ring-playback");
    await page.keyboard.press("l");
    await pill("Receiving").waitFor();
    await soon(async () => (await shown()).sequence).toBeGreaterThan(before.sequence);
    await soon(() => page.url()).not.toContain("at=");
  },
);

run("a double click on the timeline shows all of it and stays live, a click goes there", async () => {
  const strip = page.locator(".timeline__strip");
  const box = (await strip.boundingBox())!;
  const [x, y] = [box.x + box.width - 90, box.y + box.height / 2];
  const shown = () => strip.getByRole("img").getAttribute("aria-label");
  await page.mouse.move(x, y);
  await page.mouse.wheel(0, -600);
  const zoomed = await shown();
  await page.mouse.dblclick(x, y);
  await soon(shown).not.toBe(zoomed);
  await page.waitForTimeout(FIGURES_MS);
  expect(await page.getByRole("button", { name: /Back to live/ }).count()).toBe(0);
  await page.mouse.click(x, y);
  await page
    .getByRole("button", { name: /Back to live/ })
    .first()
    .waitFor();
  await page.keyboard.press("l");
  await page.getByRole("button", { name: /Back to live/ }).waitFor({ state: "detached" });
});

run("a link with a time opens the page in playback there", async () => {
  const { recordings } = await api<{ recordings: Recording[] }>("/api/recordings");
  const ring = recordings.find(({ kind }) => kind === "ring")!;
  const atMs = Math.round(ring.firstMs! + 5000);
  await page.goto(`${livePath()}?at=${atMs}`);
  await pill("Playback, not live").waitFor();
  await soon(async () => Math.abs((await shown()).capturedAtMs - atMs)).toBeLessThan(1000);
  await page.keyboard.press("l");
  await pill("Receiving").waitFor();
});

run("what was kept is deleted again by Undo", async () => {
  await page.keyboard.press("k");
  await page.getByLabel("Name").fill("By mistake");
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  await page.getByText("Kept as “By mistake”.").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await soon(() => recordingNamed("By mistake")).toBeUndefined();
});

run("a port that is stopped still plays what its ring holds", async () => {
  await page.getByRole("button", { name: /^Stop/ }).click();
  await pill("Stopped").waitFor();
  await page.keyboard.press(",");
  await pill("Playback, not live").waitFor();
  await soon(frameNumber).toBeGreaterThan(0);
});

run(
  "recordings are found, renamed and deleted after a question, and a schedule tells its next run",
  async () => {
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await page.getByRole("link", { name: "Evening ingress", exact: true }).waitFor();
    await page.getByRole("button", { name: "New schedule" }).click();
    await page.getByRole("button", { name: "Make the schedule" }).click();
    await page
      .getByLabel("Schedules")
      .getByText(/Next .*, for 1 h/)
      .first()
      .waitFor();
    await picture(page, "recordings");
    await page.getByRole("button", { name: "Rename Evening ingress" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Rain");
    await page.getByRole("button", { name: "Save", exact: true }).last().click();
    await page.getByRole("link", { name: "Rain", exact: true }).waitFor();
    await page.getByRole("button", { name: "Delete Rain" }).click();
    await page.getByText("are gone for good").waitFor();
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("button", { name: "Delete Rain" }).click();
    await page.getByRole("button", { name: "Delete the recording" }).click();
    await soon(() => page.getByRole("link", { name: "Rain", exact: true }).count()).toBe(0);
    expect(complaints).toEqual([]);
  },
);
