import type { RfPortList, UpstreamChannel } from "@pnmlab/protocol";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { openLab, picture } from "./open-lab.ts";

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
const rfPort = () => lab.simulator.devices[0]!.rfPorts[0]!.ifIndex;
const truth = () => lab.simulator.truth("lab-cmts-1", rfPort());
const table = () => page.getByRole("table", { name: "Channels of the port" });
const rows = () => table().locator("tbody tr");
const shownMhz = () =>
  page.evaluate(() => new URL(location.href).searchParams.get("f")?.split("_").map(Number));

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab());
  await page.goto(lab.signInLink());
  await page.goto(`${lab.url}/live/lab-cmts-1/${rfPort()}`);
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

async function channelsOfPort(): Promise<UpstreamChannel[]> {
  const cookie = await lab.signIn();
  const answer = await fetch(`${lab.url}/api/cmts/lab-cmts-1/rf-ports`, { headers: { cookie } });
  const { rfPorts } = (await answer.json()) as RfPortList;
  return rfPorts.find(({ ifIndex }) => ifIndex === rfPort())!.channels;
}

/** Number of a cell as the page writes it. */
async function numberIn(cell: Locator): Promise<number> {
  return Number(((await cell.textContent()) ?? "").trim().replace("−", "-").replace(/[≤≥ ]/g, ""));
}

run("the backend gives the plan that the simulated plant sends by", async () => {
  const channels = await channelsOfPort();
  expect(channels).toHaveLength(truth().channels.length);
  for (const sent of truth().channels) {
    const told = channels.find(({ ifIndex }) => ifIndex === sent.ifIndex)!;
    expect(told.channelId).toBeGreaterThan(0);
    const { dbmv, bandwidthHz } = told.expectedLevel!;
    const powerDbmv = dbmv + 10 * Math.log10(sent.signalBandwidthHz / bandwidthHz);
    expect(Math.abs(powerDbmv - sent.powerDbmv)).toBeLessThan(0.06);
    if (sent.kind === "scQam") {
      expect(told.modulation).toBe("ATDMA 64-QAM");
      expect(told.excludedHz).toBeUndefined();
      continue;
    }
    expect(told.modulation).toBe("OFDMA 50 kHz, prefix 256");
    expect(told.excludedHz).toHaveLength(sent.excludedHz.length);
    sent.excludedHz.forEach(([fromHz, toHz], i) => {
      // Subcarriers reach half a spacing to either side of their centre.
      expect(Math.abs(told.excludedHz![i]![0] - fromHz)).toBeLessThanOrEqual(50_000);
      expect(Math.abs(told.excludedHz![i]![1] - toHz)).toBeLessThanOrEqual(50_000);
    });
  }
});

run("the plan lane has a box for each channel, with what it is set to and its excluded bands", async () => {
  const ofdma = (await channelsOfPort()).find(({ kind }) => kind === "ofdma")!;
  const boxes = page.locator(".lane__channel");
  await boxes.first().waitFor();
  expect(await boxes.count()).toBe(truth().channels.length);
  const box = page.getByRole("button", { name: new RegExp(`^${ofdma.name} .*zoom to it$`) });
  const title = (await box.getAttribute("title"))!;
  expect(title).toContain(`channel ${ofdma.channelId}`);
  expect(title).toContain("40.8 MHz wide");
  expect(title).toContain("OFDMA 50 kHz");
  expect(title).toContain("Expected level: −6.0 dBmV in 1.600 MHz");
  expect(title).toMatch(/Excluded: 59\.975–61\.975 MHz/);
  const [whole, hatched] = await Promise.all([
    box.boundingBox(),
    box.locator(".lane__excluded").boundingBox(),
  ]);
  const fromMhz = 44 + ((hatched!.x - whole!.x) / whole!.width) * 40.8;
  expect(Math.abs(fromMhz - 59.975)).toBeLessThan(0.3);
});

run("the channel table gives for each channel what the plant sends", async () => {
  await page
    .getByRole("button", { name: /^Start/ })
    .first()
    .click();
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 60);
  await expect.poll(() => rows().count()).toBe(truth().channels.length);
  for (const sent of truth().channels) {
    const name = (await channelsOfPort()).find(({ ifIndex }) => ifIndex === sent.ifIndex)!.name;
    const row = rows().filter({ has: page.getByRole("button", { name, exact: true }) });
    const cells = row.locator("td");
    await expect
      .poll(async () => Math.abs((await numberIn(cells.nth(0))) - sent.powerDbmv))
      .toBeLessThan(1.5);
    expect(Math.abs(await numberIn(cells.nth(1)))).toBeLessThan(1.5);
    // The noise is told once the channel was idle in some frames.
    await expect.poll(() => numberIn(cells.nth(3)), { timeout: 60_000 }).not.toBeNaN();
    // A channel that sends nearly always hides the noise: the table says so and gives a bound.
    const isBound = ((await cells.nth(3).textContent()) ?? "").includes("≥");
    expect(await numberIn(cells.nth(3))).toBeGreaterThan(isBound ? 5 : 30);
    if (sent.utilization < 0.5) expect(isBound).toBe(false);
    expect(await numberIn(cells.nth(4))).toBeGreaterThan(0);
  }
  expect(await table().locator("thead").textContent()).toMatch(/dBmV[\s\S]*dB[\s\S]*dBmV[\s\S]*%[\s\S]*dBc/);
  await picture(page, "live-channels", 40_000);
});

run("a head sorts the table, a row is picked by mouse and by keys, and its facts follow", async () => {
  const head = (name: string) => table().getByRole("columnheader", { name });
  await head("Power").getByRole("button").click();
  expect(await head("Power").getAttribute("aria-sort")).toBe("descending");
  const powers = await Promise.all((await rows().all()).map((row) => numberIn(row.locator("td").first())));
  expect(powers.every((power, i) => i === 0 || power <= powers[i - 1]! + 0.5)).toBe(true);
  await head("Channel").getByRole("button").click();
  expect(await head("Channel").getAttribute("aria-sort")).toBe("ascending");

  const nameOf = async (row: number) =>
    ((await rows().nth(row).getByRole("button").textContent()) ?? "").trim();
  await rows().nth(0).getByRole("button").click();
  await page.keyboard.press("ArrowDown");
  expect(await rows().nth(1).getAttribute("aria-selected")).toBe("true");
  await page.getByRole("heading", { name: await nameOf(1) }).waitFor();
  await page.keyboard.press("End");
  const last = (await rows().count()) - 1;
  expect(await rows().nth(last).getAttribute("aria-selected")).toBe("true");
  await page.getByRole("heading", { name: await nameOf(last) }).waitFor();
});

run(
  "an OFDMA channel tells its minislots as the plant sends them, and how deep its excluded bands are",
  async () => {
    const sent = truth().channels.find(({ kind }) => kind === "ofdma")!;
    const { name } = (await channelsOfPort()).find(({ ifIndex }) => ifIndex === sent.ifIndex)!;
    await rows().getByRole("button", { name, exact: true }).click();
    const minislotPowerDbmv = sent.powerDbmv + 10 * Math.log10(400_000 / sent.signalBandwidthHz);

    const strip = page.getByRole("slider", { name: "Minislot" });
    await strip.focus();
    await page.keyboard.press("Home");
    const spoken = async () => (await strip.getAttribute("aria-valuetext")) ?? "";
    expect(await spoken()).toMatch(/^43\.975–44\.375 MHz: \d+ %, −[\d.]+ dBmV in 400 kHz$/);
    await page.keyboard.press("ArrowRight");
    expect(await spoken()).toMatch(/^44\.375–44\.775 MHz/);
    await page.keyboard.press("End");
    expect(await spoken()).toMatch(/^84\.375–84\.775 MHz/);
    expect(await shownMhz()).toBeUndefined();
    const { width, height } = (await strip.boundingBox())!;
    await strip.hover({ position: { x: ((63 - 44) / 40.8) * width, y: height / 2 } });
    await page.getByText(/^62\.775–63\.175 MHz: \d+ %, −[\d.]+ dBmV in 400 kHz$/).waitFor();

    await page.getByText("Minislots as a table").click();
    const cells = page.getByRole("region", { name: "Minislots as a table" }).locator("tbody tr");
    expect(await cells.count()).toBe(Math.round(sent.signalBandwidthHz / 400_000));
    const means = async () => {
      const texts = await cells.locator("td.number").allTextContents();
      const numbers = texts.map((text) => Number(text.trim().replace("−", "-")));
      const mean = (of: number[]) => of.reduce((sum, one) => sum + one, 0) / of.length;
      return {
        occupancy: mean(numbers.filter((_, i) => i % 2 === 0)) / 100,
        dbmv: mean(numbers.filter((_, i) => i % 2 === 1)),
      };
    };
    const { occupancy, dbmv } = await means();
    expect(Math.abs(occupancy - sent.utilization)).toBeLessThan(0.1);
    expect(Math.abs(dbmv - minislotPowerDbmv)).toBeLessThan(1);
    await page.getByText(/59\.975–61\.975 MHz: (at least\s)?\d+\sdB\sdown/).waitFor();
  },
);

run(
  "the power of a channel in each frame is drawn, read by the pointer, and followed under Markers",
  async () => {
    const sent = truth().channels.find(({ kind, utilization }) => kind === "scQam" && utilization > 0.4)!;
    const { name } = (await channelsOfPort()).find(({ ifIndex }) => ifIndex === sent.ifIndex)!;
    await rows().getByRole("button", { name, exact: true }).click();
    const strip = page.getByRole("img", { name: `Power of ${name} in each frame of the last minute` });
    const highest = async () => {
      const label = (await strip.getAttribute("aria-label")) ?? "";
      return Number(/to ([+−][\d.]+) dBmV$/.exec(label)?.[1]?.replace("−", "-"));
    };
    // Its bursts fade by some dB from frame to frame.
    await expect.poll(highest).toBeGreaterThan(sent.powerDbmv - 1);
    expect(await highest()).toBeLessThan(sent.powerDbmv + 6);
    const { width, height } = (await strip.boundingBox())!;
    await strip.hover({ position: { x: width - 2, y: height / 2 } });
    await page.getByText(/^\d\d:\d\d:\d\d\.\d: [+−][\d.]+ dBmV$/).waitFor();
    await page.getByRole("button", { name: "Level against time" }).click();
    await page.getByRole("region", { name: "Level against time" }).getByText(name).first().waitFor();
    await page.getByRole("tab", { name: "Channels" }).click();
  },
);

run("a click on a channel of the lane shows it, and Alt with it opens its figures alone", async () => {
  const [first] = (await channelsOfPort()).filter(({ kind }) => kind === "scQam");
  const box = page.getByRole("button", { name: new RegExp(`^${first!.name} .*zoom to it$`) });
  await page.getByRole("tab", { name: "Markers" }).click();
  await box.click({ modifiers: ["Alt"] });
  await page.getByRole("heading", { name: first!.name }).waitFor();
  expect(await shownMhz()).toBeUndefined();

  await box.click();
  await expect.poll(async () => (await shownMhz())?.[0]).toBeCloseTo(first!.lowerFrequencyHz / 1e6 - 0.64, 1);
  await page.keyboard.press("Backspace");
});

/** How far the columns of the trace in which minislots begin differ in colour from those in the middle of minislots. */
async function gridContrast(): Promise<number> {
  const [startMhz, stopMhz] = (await shownMhz())!;
  const box = (await page.locator(".plot__surface").boundingBox())!;
  // Over the traces, beside the tag of the diplexer.
  const clip = { x: box.x + 68, y: box.y + 10, width: box.width - 68 - 58, height: 20 };
  const png = (await page.screenshot({ clip })).toString("base64");
  return page.evaluate(
    async ({ base64, from, to }) => {
      const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const context = new OffscreenCanvas(image.width, image.height).getContext("2d")!;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      const blueAt = (mhz: number) => {
        const column = Math.round(((mhz - from) / (to - from)) * image.width);
        let sum = 0;
        for (let y = 0; y < image.height; y += 1) sum += data[4 * (y * image.width + column) + 2]!;
        return sum / image.height;
      };
      let difference = 0;
      let count = 0;
      for (let edge = 61.975; edge < 75; edge += 0.4, count += 1) {
        difference += Math.abs(blueAt(edge) - blueAt(edge + 0.2));
      }
      return difference / count;
    },
    { base64: png, from: startMhz!, to: stopMhz! },
  );
}

run(
  "the trace shows the minislot grid of a channel that is zoomed to, and not of a whole plant",
  async () => {
    const { name } = (await channelsOfPort()).find(({ kind }) => kind === "ofdma")!;
    await page.getByRole("button", { name: "5–204" }).click();
    await expect.poll(gridContrast).toBeLessThan(5);
    await page.getByRole("button", { name: new RegExp(`^${name} .*zoom to it$`) }).click();
    await expect.poll(gridContrast).toBeGreaterThan(15);
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Backspace");
  },
);

run(
  "a channel that is pointed at tells its modems once they are known, and pointing asks the CMTS nothing",
  async () => {
    const [first] = (await channelsOfPort()).filter(({ kind }) => kind === "scQam");
    const box = page.getByRole("button", { name: new RegExp(`^${first!.name} .*zoom to it$`) });
    await box.hover();
    await expect
      .poll(() => box.getAttribute("title"))
      .toContain("Modems: their table has not been read\nReceived: not polled");
    const read = await page.evaluate(async () => (await fetch("/api/cmts/lab-cmts-1/modems")).status);
    expect(read).toBe(200);
    await page.mouse.move(5, 5);
    await box.hover();
    await expect.poll(() => box.getAttribute("title")).toMatch(/Modems: [1-9]\d*, \d+ on line, read \d\d:/);
  },
);

run("the end of the upstream by the diplexer stands in the lane, and goes with the plan", async () => {
  const highestHz = Math.max(...(await channelsOfPort()).map(({ upperFrequencyHz }) => upperFrequencyHz));
  await page.getByRole("button", { name: "5–204" }).click();
  const mark = page.getByRole("img", { name: /^Diplexer \d+ MHz$/ });
  await mark.waitFor();
  const edgeMhz = Number(/\d+/.exec((await mark.getAttribute("aria-label")) ?? "")?.[0]);
  expect(edgeMhz * 1e6).toBeGreaterThan(highestHz - 500_000);
  await page.keyboard.press("o");
  await mark.waitFor({ state: "detached" });
  await page.keyboard.press("o");
  await page.keyboard.press("Backspace");
});

run("the services of the lane are those of the region that is set", async () => {
  const service = (name: string) => page.locator(`.lane__service[title^="${name}"]`);
  await service("TV, low VHF").waitFor();
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page.getByRole("button", { name: "Europe" }).click();
  await page.keyboard.press("Escape");
  await service("CB (Europe)").waitFor();
  expect(await service("TV, low VHF").count()).toBe(0);
});

run("the page complains of nothing", () => {
  expect(complaints).toEqual([]);
});
