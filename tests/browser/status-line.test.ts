import type { StartUtscSession, UtscSession } from "@pnmlab/protocol";
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
/** The capture whose levels are off. */
let offPort: UtscSession;

const run = chromiumPath ? test : test.skip;
const device = () => lab.simulator.devices[0]!;
const cell = (label: string) => page.locator(".status-line .cell").filter({ hasText: label });

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  // Bins of the first CMTS are what a tone reads right in; here they are taken for parts of the total power.
  ({ lab, browser, page, complaints } = await openLab({ env: { PNMLAB_UTSC_SAMPLES: "lab-cmts-1=power" } }));
  await page.goto(lab.signInLink());
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

/** Starts a capture on a port of the first CMTS and opens its live page on Truth, once frames come. */
async function openCapture(port: number, request: Partial<StartUtscSession>): Promise<UtscSession> {
  const rfPortIfIndex = device().rfPorts[port]!.ifIndex;
  const answer = await fetch(`${lab.url}/api/utsc/sessions`, {
    method: "POST",
    headers: { cookie: await lab.signIn(), "content-type": "application/json" },
    body: JSON.stringify({
      cmtsId: device().name,
      rfPortIfIndex,
      centerFrequencyHz: 51_200_000,
      spanHz: 102_400_000,
      bins: 1024,
      repeatPeriodUs: 200_000,
      outputFormat: "fftPower",
      window: "rectangular",
      ...request,
    }),
  });
  expect(answer.status, await answer.clone().text()).toBe(202);
  await page.goto(`${lab.url}/live/${device().name}/${rfPortIfIndex}?tab=truth`);
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) >= 3);
  return ((await answer.json()) as { session: UtscSession }).session;
}

run("of time samples the status line and Truth tell the window of our own FFT", async () => {
  await openCapture(0, { outputFormat: "timeIQ" });
  // 2.004 bins of 102.4 MHz / 1024.
  await expect.poll(() => cell("Window").textContent(), POLL).toBe("Window · ENBWBH-4, own FFT · 200.4 kHz");
  expect(await cell("Window").getAttribute("class")).not.toContain("differs");
  expect(await cell("Format").textContent()).toContain("timeIQ");
  const row = page.locator(".truth-table tbody").filter({ hasText: "Window" });
  await expect.poll(() => row.textContent(), POLL).toMatch(/Rect.*BH-4, own FFT.*does not apply/i);
});

run(
  "another window of our own FFT is chosen in the drawer and takes effect with the next start",
  async () => {
    await page.getByRole("tab", { name: /^Set-up/ }).click();
    await page.locator("#setup-ownWindow").selectOption("flatTop");
    await page.locator("form.setup button[type=submit]").click();
    // 3.770 bins of 102.4 MHz / 1024.
    await expect
      .poll(() => cell("Window").textContent(), POLL)
      .toBe("Window · ENBWFlat top, own FFT · 377.0 kHz");
    await page.getByRole("tab", { name: /^Truth/ }).click();
  },
);

run(
  "averaging of the CMTS is amber on the status line and in Truth, and quiet where it is none",
  async () => {
    await expect.poll(() => cell("CMTS avg").textContent(), POLL).toBe("CMTS avgnone");
    expect(await cell("CMTS avg").getAttribute("class")).not.toContain("differs");
    await openCapture(1, { averaging: 8 });
    await expect.poll(() => cell("CMTS avg").textContent(), POLL).toBe("CMTS avg8");
    expect(await cell("CMTS avg").getAttribute("class")).toContain("differs");
    expect(await cell("Window").textContent()).toContain("Rect");
    const row = page.locator(".truth-table tbody").filter({ hasText: "Averaging" });
    await expect.poll(() => row.textContent(), POLL).toContain("short bursts read lower");
    expect(await row.locator("td.tone-warn").count()).toBe(1);
  },
);

run("samples in another byte order than expected are told over the plot, with the way to Truth", async () => {
  const { name, rfPorts } = device();
  const notice = page.getByRole("status").filter({ hasText: "Decoder mismatch" });
  expect(await notice.count()).toBe(0);
  const fault = { kind: "upload", behaviour: { kind: "otherByteOrder" } } as const;
  const heal = lab.simulator.inject(name, { ...fault, rfPort: rfPorts[1]!.ifIndex });
  await notice.waitFor();
  expect(await notice.textContent()).toMatch(
    /byte order.*The files show little-endian samples; expected: big-endian samples/s,
  );
  await page.getByRole("tab", { name: /^Channels/ }).click();
  await notice.getByRole("button", { name: "Truth" }).click();
  await page.getByText("little-endian samples, expected big-endian samples").waitFor();
  const readings = page.getByRole("table", { name: "Readings of the same bytes" });
  await expect
    .poll(() => readings.getByRole("columnheader").allTextContents(), POLL)
    .toEqual(["Figure", "Taken: little-endian", "Other: big-endian"]);
  const medians = await readings
    .getByRole("row", { name: /^Median of the bins, dBmV/ })
    .locator("td.number")
    .allTextContents();
  const [taken, other] = medians.map((text) => Number(text.replace("−", "-")));
  // Noise reads some 40 dB under 0 dBmV; its bytes the other way round are spread over all powers there are.
  expect(taken).toBeLessThan(-20);
  expect(other! - taken!).toBeGreaterThan(20);
  await page.waitForTimeout(process.env.PNMLAB_UPDATE_IMAGES ? 20_000 : 0);
  await readings.scrollIntoViewIfNeeded();
  await picture(page, "live-readings");
  heal();
  await expect.poll(() => notice.count(), POLL).toBe(0);
});

run(
  "levels that are off as a whole are told with the setting that mends them, and what the repeat hides",
  async () => {
    const request = { window: "blackmanHarris", repeatPeriodUs: 20_000 } as const;
    offPort = await openCapture(2, {
      ...request,
      centerFrequencyHz: 45_000_000,
      spanHz: 80_000_000,
      bins: 1600,
    });
    const notice = page.getByRole("status").filter({ hasText: "Levels may be off" });
    await notice.waitFor();
    expect(await notice.textContent()).toMatch(
      /channels stand \+[23]\.\d dB off.*noise bandwidth of the window.*the entry lab-cmts-1=cw reads them so/s,
    );
    await page.getByRole("tab", { name: /^Events/ }).click();
    await page.getByText("Hum and mains-locked impulses at 50 and 100 Hz cannot be told").waitFor();
    await page.getByRole("tab", { name: /^Set-up/ }).click();
    const note = page.locator(".setup .field").filter({ hasText: "RepeatPeriod" });
    expect(await note.textContent()).toContain(
      "at 50 and 100 Hz: all frames of a run stand at one phase. 103 ms",
    );
    await note.locator("input").fill("103");
    await expect.poll(() => note.textContent(), POLL).not.toContain("mains-locked");
    expect(complaints).toEqual([]);
  },
);

run("Health names the port whose levels are off, and on how many of its channels", async () => {
  await page.getByRole("link", { name: "Health" }).click();
  const row = page.getByRole("row").filter({ hasText: "Levels against the CMTS" });
  const port = offPort.rfPortName;
  await expect
    .poll(() => row.textContent(), POLL)
    .toMatch(
      new RegExp(
        `WARN.*Levels of lab-cmts-1 ${port} stand [23]\\.\\d dB over what the CMTS sets on (\\d+) of \\1 channels: check K or the offset \\(PNMLAB_UTSC_SAMPLES`,
        "s",
      ),
    );
  expect(complaints).toEqual([]);
});

run("a start that chooses nothing asks for a repeat period that shows the mains", async () => {
  await page.goto(`${lab.url}/live/${device().name}/${device().rfPorts[3]!.ifIndex}`);
  await page
    .getByRole("button", { name: /^Start/ })
    .first()
    .click();
  await expect.poll(() => cell("Repeat").textContent(), POLL).toMatch(/10[34](?:\.\d)? ms/);
  expect(complaints).toEqual([]);
});
