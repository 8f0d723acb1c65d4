import type { DetectionState } from "@pnmlab/protocol";
import { type PortPlan, type Scenario, scenarios } from "@pnmlab/simulator";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { labApi } from "../integration/lab-api.ts";
import { followTheme, offencesOn } from "./axe.ts";
import { chromiumPath, PATIENCE_MS } from "./chromium.ts";
import { openLab } from "./open-lab.ts";

type NoiseRise = NonNullable<NonNullable<PortPlan["impairments"]>["noiseRises"]>[number];

/** A rise counts once it has lasted, which the frames of a busy machine take their time for. */
const MOMENT = { timeout: 2 * PATIENCE_MS };
const RISE: NoiseRise = { riseDb: 6, phaseS: 0, durationS: 1e6, periodS: 1e6 };

/** What the simulated plant suffers from; a rise that is put in holds from then on. */
const noiseRises: NoiseRise[] = [];
const [plant] = scenarios.clean.ports;
const scenario: Scenario = { name: "rising", ports: [{ ...plant!, impairments: { noiseRises } }] };

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const { ask, api } = labApi(() => lab);
const run = chromiumPath ? test : test.skip;
const detail = () => page.getByRole("complementary", { name: "Selected event" });
const leg = () => page.getByRole("region", { name: "Equivalent single leg" });

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab({
    cmts: [{ name: "lab-cmts-1", personality: "generic", scenario }],
  }));
  await followTheme(page);
  await page.goto(lab.signInLink());
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

run(
  "a rise of the noise shows what one of several equal legs carries, and what a leg that was taken off did",
  async () => {
    await ask("/api/detection", { enabled: ["D2"], thresholds: { d2HoldS: 1 } }, "PUT");
    const rfPortIfIndex = lab.simulator.devices[0]!.rfPorts[0]!.ifIndex;
    await ask("/api/utsc/sessions", {
      cmtsId: "lab-cmts-1",
      rfPortIfIndex,
      centerFrequencyHz: 51_200_000,
      spanHz: 102_400_000,
      bins: 1024,
      repeatPeriodUs: 50_000,
      outputFormat: "fftPower",
    });
    const judged = async () =>
      (await api<DetectionState>("/api/detection/state")).sessions[0]?.framesAnalysed ?? 0;
    await expect.poll(judged, MOMENT).toBeGreaterThan(150);
    noiseRises.push(RISE);
    await page.goto(`${lab.url}/events`);
    const row = page.getByRole("row", { name: /noise/i }).last();
    await row.waitFor(MOMENT);
    await row.click();
    await detail().waitFor();
    expect(await leg().getByLabel("Equal legs").inputValue()).toBe("4");
    const of = (words: RegExp) => leg().getByText(words);
    const sum = Number((await of(/^\s*Noise funnels/).textContent())!.match(/−([\d.]+) dBmV/)![1]);
    const each = Number((await of(/^\s*Each leg alone/).textContent())!.match(/−([\d.]+) dBmV, 6\.0 dB/)![1]);
    expect(each - sum).toBeCloseTo(6, 0);
    await leg().getByLabel("Equal legs").fill("2");
    await of(/3\.0 dB under all of them/).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.type("3");
    await of(/That leg carries 49\.9 % of the noise power/).waitFor();
    await leg().getByLabel("Equal legs").fill("2.5");
    await of(/a whole number from 1 to/).waitFor();
    expect(await leg().getByLabel("Equal legs").getAttribute("aria-invalid")).toBe("true");
    expect(await offencesOn(page)).toEqual([]);
  },
);

run("the tab Channels computes the same from the floor of a band, in the unit of the page", async () => {
  const port = lab.simulator.devices[0]!.rfPorts[0]!.ifIndex;
  await page.goto(`${lab.url}/live/lab-cmts-1/${port}?u=dBm_0`);
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 20);
  await page.getByText("Equivalent single leg").click();
  const together = page.getByLabel("Together");
  await together.selectOption({ index: 1 });
  const chosen = await together.inputValue();
  expect(await together.locator("option:checked").textContent()).toMatch(/dBm$|dBm\s*$/);
  await page.getByLabel("Equal legs").fill("64");
  await page.getByText(/Each leg alone has .* dBm, 18\.1 dB under all of them/).waitFor();
  expect(await together.inputValue()).toBe(chosen);
  expect(await offencesOn(page)).toEqual([]);
  expect(complaints).toEqual([]);
});
