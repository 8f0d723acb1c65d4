import { decodeSpectrumFrame, type Recording, type SpectrumFrame } from "@pnmlab/protocol";
import { type Scenario, scenarios } from "@pnmlab/simulator";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { openLab, startLive } from "./open-lab.ts";

const STEADY_HZ = 9_600_000;
const [plant] = scenarios.clean.ports;
const steady = { kind: "shortWave" as const, label: "31 m", frequencyHz: STEADY_HZ, levelDbmv: 5 };
const scenario: Scenario = { name: "one-carrier", ports: [{ ...plant!, carriers: [steady] }] };

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];
let kept: Recording;
let frames: SpectrumFrame[];

const run = chromiumPath ? test : test.skip;
const table = () => page.getByRole("table", { name: "Markers" });
const cellsOf = (name: string) => table().getByRole("row").filter({ hasText: name }).locator("td");
const place = () => page.locator(".transport__place");
const tip = () => page.locator(".tip");
const surface = () => page.locator(".plot__surface");
const chip = (name: RegExp) => page.locator(".bank__toggle", { hasText: name });
const ascii = (text: string | null) => (text ?? "").replaceAll("\u2212", "-").replaceAll("\u2009", "");
const levelIn = (frame: SpectrumFrame, bin: number) => frame.levelsHundredthsDbmv[bin]! / 100;
const binOf = ({ firstBinHz, binSpacingHz }: SpectrumFrame, hz: number) =>
  Math.round((hz - firstBinHz) / binSpacingHz);

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab({
    cmts: [{ name: "lab-cmts-1", personality: "generic", scenario }],
  }));
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

async function ask(path: string): Promise<Response> {
  return fetch(`${lab.url}${path}`, { headers: { cookie: await lab.signIn() } });
}

async function recordings(): Promise<Recording[]> {
  return ((await (await ask("/api/recordings")).json()) as { recordings: Recording[] }).recordings;
}

/** Every frame of a recording, in its order. */
async function framesOf(id: string): Promise<SpectrumFrame[]> {
  const found: SpectrumFrame[] = [];
  for (;;) {
    const fromMs = found.length === 0 ? 0 : found.at(-1)!.capturedAtMs + 0.001;
    const stream = await (await ask(`/api/recordings/${id}/frames?fromMs=${fromMs}&limit=300`)).arrayBuffer();
    if (stream.byteLength === 0) return found;
    for (let offset = 0; offset < stream.byteLength; ) {
      const length = new DataView(stream).getUint32(offset, true);
      found.push(decodeSpectrumFrame(stream.slice(offset + 4, offset + 4 + length)));
      offset += 4 + length;
    }
  }
}

/** Place in the recording, from 1, of the frame that the transport names. */
const frameNumber = async () =>
  Number(/Frame (\d+)/.exec(ascii(await place().textContent()))?.[1]) - frames[0]!.sequence + 1;

/** Goes to a frame and waits until figures are of it. */
async function goToFrame(number: number): Promise<SpectrumFrame> {
  await place().click();
  await page.getByLabel("Go to a frame or a time").fill(String(frames[number - 1]!.sequence));
  await page.keyboard.press("Enter");
  await expect.poll(frameNumber).toBe(number);
  const frame = frames[number - 1]!;
  await expect.poll(() => page.evaluate(() => window.pnmlab!.trace()?.sequence)).toBe(frame.sequence);
  return frame;
}

run("a stretch of a running port is kept and opens as a recording", async () => {
  await startLive(page, lab, "", 260);
  await page.keyboard.press("k");
  await page.getByRole("dialog").getByText("Last 1 min").click();
  await page.getByLabel("Name").fill("Views");
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  await page.getByText("Kept as “Views”.").waitFor();
  kept = (await recordings()).find(({ label }) => label === "Views")!;
  frames = await framesOf(kept.id);
  expect(frames).toHaveLength(kept.frames);
  await page.goto(`${lab.url}/recordings/${kept.id}?tab=markers`);
  await expect.poll(frameNumber).toBe(1);
});

run("a marker goes to the highest peak of a recorded frame and reads its level, frame by frame", async () => {
  const frame = await goToFrame(150);
  await surface().focus();
  await page.keyboard.press("p");
  await expect
    .poll(async () => Number(await page.locator("#marker-frequency").inputValue()))
    .toBeCloseTo(STEADY_HZ / 1e6, 1);
  await page.locator("#marker-trace").selectOption("live");
  const bin = binOf(frame, Number(await page.locator("#marker-frequency").inputValue()) * 1e6);
  const read = async () => Number(/-?[\d.]+/.exec(ascii(await cellsOf("M1").nth(1).textContent()))?.[0]);
  const shown = (level: number) => Number(Math.fround(level).toFixed(1));
  await expect.poll(read).toBe(shown(levelIn(frame, bin)));
  await page.keyboard.press("Escape");
  for (const number of [151, 152]) {
    await page.getByRole("button", { name: "One frame on" }).click();
    await expect.poll(read).toBe(shown(levelIn(frames[number - 1]!, bin)));
  }
});

run("a delta marker reads the difference of two bins of the recorded frame", async () => {
  const frame = await goToFrame(160);
  await table().getByRole("row").filter({ hasText: "M1" }).click();
  const m1Hz = Number(await page.locator("#marker-frequency").inputValue()) * 1e6;
  await surface().focus();
  await page.keyboard.press("Shift+M");
  await page.locator("#marker-frequency").fill("31.2");
  await page.locator("#marker-frequency").press("Enter");
  await page.locator("#marker-trace").selectOption("live");
  const apartHz = Number(await page.locator("#marker-frequency").inputValue()) * 1e6 - m1Hz;
  const apartDb = levelIn(frame, binOf(frame, m1Hz + apartHz)) - levelIn(frame, binOf(frame, m1Hz));
  const note = async () => {
    const text = ascii(await cellsOf("Δ2").nth(1).textContent());
    return /([+-][\d.]+) dB, ([+-][\d.]+) MHz/.exec(text)?.slice(1).map(Number) ?? [];
  };
  await expect.poll(async () => Math.abs((await note())[0]! - apartDb)).toBeLessThan(0.06);
  expect((await note())[1]).toBeCloseTo(apartHz / 1e6, 2);
});

run("a mask of the channel plan passes on channels and fails on the carrier that was recorded", async () => {
  await page.locator("#mask-from").selectOption("plan");
  await page.locator("#mask-upper").fill("6");
  await page.getByRole("button", { name: "Make mask" }).click();
  const bands = page.getByRole("table", { name: /^Bands of mask plan/ });
  await goToFrame(200);
  const failing = bands.getByRole("row").filter({ hasText: "Fail" });
  await expect.poll(() => failing.count()).toBe(1);
  const [fromMhz, toMhz] = /([\d.]+)–([\d.]+) MHz/
    .exec((await failing.textContent())!)!
    .slice(1)
    .map(Number);
  expect(STEADY_HZ / 1e6).toBeGreaterThan(fromMhz!);
  expect(STEADY_HZ / 1e6).toBeLessThan(toMhz!);
  expect(await bands.getByRole("row").filter({ hasText: "Pass" }).count()).toBeGreaterThanOrEqual(2);
  await expect.poll(() => page.locator(".mask-chip").textContent()).toMatch(/FAIL\s*1 of \d bands/);
});

run("zero span follows a band through the recording and reads the power that its frames hold", async () => {
  const watching = page.getByRole("region", { name: "Level against time" });
  await watching.getByLabel("Band from, MHz").fill("9.4");
  await watching.getByLabel("Band to, MHz").fill("9.8");
  await watching.getByRole("button", { name: "Follow" }).click();
  const frame = await goToFrame(220);
  const [from, to] = [binOf(frame, 9.4e6), binOf(frame, 9.8e6)];
  let power = 0;
  for (let bin = from; bin <= to; bin += 1) power += 10 ** (levelIn(frame, bin) / 10);
  const newest = async () =>
    Number(/-?[\d.]+/.exec(ascii(await watching.getByRole("list").locator("strong").textContent()))?.[0]);
  // A bin counts the noise of its resolution bandwidth, which is wider than its spacing.
  const bandDbmv = 10 * Math.log10((power * frame.binSpacingHz) / frame.resolutionBandwidthHz);
  await expect.poll(async () => Math.abs((await newest()) - bandDbmv)).toBeLessThan(0.3);
  const clock = await page.evaluate((ms) => new Date(ms).toTimeString().slice(0, 8), frame.capturedAtMs);
  await watching.getByRole("button", { name: "As a table" }).click();
  const first = watching.getByRole("table", { name: "Levels over time" }).locator("tbody tr").first();
  await expect.poll(() => first.textContent()).toContain(clock);
  await watching.getByRole("button", { name: "As a plot" }).click();
});

run("the percentile band and persistence are made of recorded frames", async () => {
  await goToFrame(240);
  await page.keyboard.press("d");
  await chip(/Persistence\s*1\.0 s/).waitFor();
  const box = (await surface().boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.3, box.y + 150);
  const read = async () => {
    const text = ascii((await tip().allTextContents()).join(" "));
    return {
      bin: Number(/bin\s+(\d+)/.exec(text)?.[1]),
      levels: ["p10", "p50", "p90"].map((name) =>
        Number(new RegExp(`${name}\\s*(-?[\\d.]+)`).exec(text)?.[1]),
      ),
    };
  };
  await expect.poll(async () => (await read()).levels.every(Number.isFinite)).toBe(true);
  const { bin, levels } = await read();
  const looks = Number(
    /(\d+) of 600 frames/.exec(ascii(await chip(/p10/).locator(".bank__mode").textContent()))?.[1],
  );
  expect(looks).toBeGreaterThan(20);

  const sorted = frames
    .slice(240 - looks, 240)
    .map((frame) => levelIn(frame, bin))
    .toSorted((a, b) => a - b);
  [0.1, 0.5, 0.9].forEach((share, index) => {
    const near = [share - 0.05, share + 0.05].map((at) => sorted[Math.round(at * (looks - 1))]!);
    expect(levels[index]).toBeGreaterThan(near[0]! - 0.6);
    expect(levels[index]).toBeLessThan(near[1]! + 0.6);
  });
  const picture = await surface().screenshot();
  await page.keyboard.press("d");
  await chip(/Persistence/).waitFor({ state: "detached" });
  // Nothing else of a recording that stands still changes.
  expect(picture.equals(await surface().screenshot())).toBe(false);
});

run("the waterfall is scrolled to older frames, and its rows are those of the recording", async () => {
  const newest = await goToFrame(250);
  const box = (await surface().boundingBox())!;
  // Less than there is, so that there is something to scroll to.
  await page.getByRole("button", { name: /^Waterfall: / }).click();
  for (let times = 0; times < 3; times += 1) await page.getByRole("button", { name: "Less time" }).click();
  await page.keyboard.press("Escape");
  const row = async () => {
    const text = ascii((await tip().allTextContents()).join(" "));
    const [, bin, hours, minutes, seconds, level] =
      /bin\s+(\d+).*?(\d\d):(\d\d):(\d\d\.\d)\s*(-?[\d.]+) dBmV/s.exec(text)?.map(Number) ?? [];
    return { bin: bin!, clockS: hours! * 3600 + minutes! * 60 + seconds!, level: level! };
  };
  const clockS = (timeMs: number) =>
    page.evaluate((ms) => {
      const time = new Date(ms);
      return (
        time.getHours() * 3600 + time.getMinutes() * 60 + time.getSeconds() + time.getMilliseconds() / 1000
      );
    }, timeMs);
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.7);
  await expect.poll(async () => (await row()).clockS).toBeGreaterThan(0);
  const before = await row();
  await page.keyboard.down("Shift");
  await page.mouse.wheel(0, 400);
  await page.keyboard.up("Shift");
  await expect.poll(async () => (await row()).clockS).toBeLessThan(before.clockS - 2);
  const { bin, clockS: rowS, level } = await row();
  const offsetMs = (rowS - (await clockS(newest.capturedAtMs))) * 1000;
  const near = frames.filter(
    ({ capturedAtMs }) => Math.abs(capturedAtMs - newest.capturedAtMs - offsetMs) < 300,
  );
  // A row stands for the frames of its time by the strongest of them.
  expect(Math.min(...near.map((frame) => Math.abs(levelIn(frame, bin) - level)))).toBeLessThan(0.06);
  await page.keyboard.press("Shift+PageUp");
  await expect.poll(async () => (await row()).clockS).toBeGreaterThan(rowS + 2);
});

/** Seconds of the recording that go by in a second of the clock on the wall. */
async function pace(wallMs: number): Promise<number> {
  const at = () =>
    page.evaluate(() => ({ wall: performance.now(), shown: window.pnmlab!.trace()!.capturedAtMs }));
  const from = await at();
  await page.waitForTimeout(wallMs);
  const to = await at();
  return (to.shown - from.shown) / (to.wall - from.wall);
}

run("playback at a tenth of the speed crawls, and at fifty times runs through in a moment", async () => {
  await goToFrame(20);
  await page.getByRole("button", { name: "0.1×", exact: true }).click();
  await page.getByRole("button", { name: "Play" }).click();
  await expect.poll(frameNumber).toBeGreaterThan(20);
  const slow = await pace(8000);
  expect(slow).toBeGreaterThan(0.03);
  expect(slow).toBeLessThan(0.2);
  await page.getByRole("button", { name: "50×", exact: true }).click();
  const startMs = performance.now();
  await page.getByRole("button", { name: "Play" }).waitFor();
  await expect.poll(frameNumber).toBe(frames.length);
  expect(performance.now() - startMs).toBeLessThan((kept.lastMs! - kept.firstMs!) / 2);
  // What was flown over is in the holds all the same.
  await expect
    .poll(() => page.evaluate(() => window.pnmlab!.trace()!.sequence))
    .toBe(frames.at(-1)!.sequence);
  expect(complaints).toEqual([]);
});
