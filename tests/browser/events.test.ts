import type { PlantEvent } from "@pnmlab/protocol";
import { type Scenario, scenarios } from "@pnmlab/simulator";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { openLab, picture } from "./open-lab.ts";

// Two carriers on two ports of a plant that is clean otherwise.
const FREQUENCY_HZ = 27_185_000;
const [plant] = scenarios.clean.ports;
const port = {
  ...plant!,
  carriers: [
    { kind: "cb" as const, label: "CB channel 19", frequencyHz: FREQUENCY_HZ, levelDbmv: -20 },
    { kind: "amateur" as const, label: "40 m", frequencyHz: 7_120_000, levelDbmv: -30 },
  ],
};
const scenario: Scenario = { name: "two-carriers", ports: [port, port] };
/** The ring is played from before the event, and the rehearsal needs frames to run over. */
const MOMENT_MS = 60_000;
/** A waterfall needs some rows to be one. */
const PICTURE_AFTER_MS = 25_000;

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
const ifIndexOf = (index: number) => lab.simulator.devices[0]!.rfPorts[index]!.ifIndex;
const livePath = (index: number) => `${lab.url}/live/lab-cmts-1/${ifIndexOf(index)}`;
const log = () => page.getByRole("region", { name: "Log of events" });
const selected = () => page.getByRole("complementary", { name: "Selected event" });
const ingressRow = () => log().getByRole("row", { name: /Narrowband ingress at 27\.\d{3} MHz, CB/ });

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

async function storedEvents(): Promise<PlantEvent[]> {
  const cookie = await lab.signIn();
  const answer = await fetch(`${lab.url}/api/events?kind=narrowbandIngress`, { headers: { cookie } });
  return ((await answer.json()) as { events: PlantEvent[] }).events;
}

async function start(index: number): Promise<void> {
  await page.goto(livePath(index));
  const button = page.getByRole("button", { name: /^(Start|Stop)/ }).first();
  // A second try finds it running.
  if ((await button.textContent())?.trim().startsWith("Start")) await button.click();
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 3);
}

run("ingress on two ports appears in the log without a reload, with its likely cause", async () => {
  await page.goto(lab.signInLink());
  await start(0);
  await start(1);
  await page.getByRole("link", { name: "Events" }).click();
  await ingressRow().first().waitFor({ timeout: MOMENT_MS });
  await expect.poll(() => ingressRow().count(), { timeout: MOMENT_MS }).toBe(2);
  await ingressRow().first().click();
  await selected()
    .getByRole("heading", { name: /Narrowband ingress at 27\.\d{3} MHz, CB/ })
    .waitFor();
  await selected()
    .getByText(/A CB transmitter near a shield defect/)
    .waitFor();
  await selected()
    .getByText(/^27\.\d{3} MHz, [\d.]+ kHz wide$/)
    .waitFor();
});

run("the log is sorted by its heads, filtered by words, and gone through by keys", async () => {
  const filter = page.getByRole("searchbox", { name: "Filter events" });
  await filter.fill("kind:hum");
  await log().getByText("No event matches").waitFor();
  await filter.fill("kind:ingress mhz>27");
  await expect.poll(() => ingressRow().count()).toBe(2);
  await log().getByRole("button", { name: "Port" }).click();
  await expect
    .poll(() => log().getByRole("columnheader", { name: "Port" }).getAttribute("aria-sort"))
    .toBe("descending");
  const before = await page.evaluate(() => location.pathname);
  await log().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => page.evaluate(() => location.pathname)).toMatch(/^\/events\/.+/);
  await page.keyboard.press("j");
  await expect.poll(() => page.evaluate(() => location.pathname)).toMatch(/^\/events\/.+/);
  expect(before).toMatch(/^\/events\/.+/);
  await filter.fill("");
});

run(
  "its evidence is plotted with the threshold it passed, and the values can be read as a table",
  async () => {
    const evidence = selected().getByRole("region", { name: "Evidence" });
    await evidence.getByRole("application", { name: /^Evidence of event \d+/ }).waitFor();
    await evidence.getByRole("button", { name: /^Frame \d+, the peak/ }).waitFor();
    await evidence.getByRole("button", { name: /Average of the 4 others/ }).waitFor();
    await evidence.getByRole("button", { name: /^Threshold, \d+\.\d dB/ }).waitFor();
    await picture(page, "events");
    await evidence.getByRole("button", { name: "Table" }).click();
    await evidence.getByRole("columnheader", { name: /Average of the 4 others, dBmV/ }).waitFor();
    await evidence.getByRole("button", { name: "Table" }).click();
  },
);

run("a replay from the stored frames fires again with value and threshold", async () => {
  await selected().getByRole("button", { name: "Replay" }).click();
  const answer = selected().getByRole("status", { name: "Replay" });
  await answer.getByText(/Fires again: \d+\.\d dB over \d+\.\d dB/).waitFor({ timeout: MOMENT_MS });
  await answer
    .getByText(/From [\d\u2009]+ frames (of the ring|of the kept recording|stored with the event)/)
    .waitFor();
});

run("an event is acknowledged by a key and commented on, and both are kept", async () => {
  const { pathname } = new URL(page.url());
  await page.keyboard.press("a");
  await selected()
    .getByText(/acknowledged by \S+/)
    .waitFor();
  await selected().getByLabel("Comment", { exact: true }).fill("Crew is on leg 2");
  await selected().getByRole("button", { name: "Save comment" }).click();
  await expect
    .poll(async () => (await storedEvents()).map(({ comment }) => comment))
    .toContain("Crew is on leg 2");
  await page.reload();
  await selected()
    .getByText(/acknowledged by \S+/)
    .waitFor();
  expect(await selected().getByLabel("Comment", { exact: true }).inputValue()).toBe("Crew is on leg 2");
  expect(new URL(page.url()).pathname).toBe(pathname);
  await page
    .getByRole("group", { name: "Which events" })
    .getByRole("button", { name: "Acknowledged 1" })
    .click();
  await expect.poll(() => ingressRow().count()).toBe(1);
});

run(
  "a muted band is no longer open, is listed with its reason, and comes back when it is taken back",
  async () => {
    await page.getByRole("group", { name: "Which events" }).getByRole("button", { name: /^All/ }).click();
    await selected().getByRole("button", { name: "Mute…" }).click();
    const form = selected().getByRole("form", { name: "Mute a band" });
    await form.getByLabel("To, MHz").fill("27.405");
    await form.getByLabel(/^All ports/).check();
    await form.getByLabel("Reason").fill("Known CB club");
    await form.getByRole("button", { name: "Mute this band" }).click();
    const which = page.getByRole("group", { name: "Which events" });
    await which.getByRole("button", { name: "Muted 2" }).waitFor();
    await which.getByRole("button", { name: "Mutes" }).click();
    const mutes = page.getByRole("region", { name: "Mutes" });
    await mutes
      .getByRole("row", { name: /–27\.405 all ports Narrowband ingress .* Known CB club/ })
      .waitFor();
    await mutes.getByRole("button", { name: /^Take back/ }).click();
    await which.getByRole("button", { name: "Muted 0" }).waitFor();
  },
);

run(
  "the drawer of the port lists the event under the number of its pins, and keys go from one to the next",
  async () => {
    await page.goto(`${livePath(0)}?tab=events`);
    const list = page.getByRole("region", { name: "Events of this port" });
    await list.getByRole("button", { name: /Narrowband ingress at 27\./ }).waitFor();
    const event = (await storedEvents()).find(
      ({ rfPortIfIndex, f0Hz }) => rfPortIfIndex === ifIndexOf(0) && Math.abs(f0Hz - FREQUENCY_HZ) < 100_000,
    );
    await list.getByRole("button", { name: new RegExp(`^Event ${event!.number} `) }).waitFor();
    await page
      .getByRole("button", { name: new RegExp(`^Event ${event!.number}( \\+\\d+)?, ${event!.severity}`) })
      .waitFor();
    await list.getByRole("button", { name: /Narrowband ingress at 27\./ }).click();
    await page.getByText("Playback, not live").first().waitFor();
    const current = list.locator("[aria-current=true]");
    await current.getByText(/Narrowband ingress at 27\./).waitFor();
    await page.keyboard.press("j");
    await expect.poll(() => current.textContent()).not.toMatch(/Narrowband ingress at 27\./);
    await page.keyboard.press("Shift+J");
    await current.getByText(/Narrowband ingress at 27\./).waitFor();
    await page.keyboard.press("a");
    await page
      .getByRole("region", { name: "Selected event" })
      .getByRole("button", { name: /^Open again/ })
      .waitFor();
    await page.keyboard.press("l");
    await page.getByText("Playback, not live").first().waitFor({ state: "hidden" });
    await picture(page, "live-events", PICTURE_AFTER_MS);
  },
);

run("thresholds are tried on what is recorded before they apply to the lab", async () => {
  const detectors = page.getByRole("region", { name: "Detectors" });
  await detectors.getByRole("button", { name: "Try thresholds" }).click();
  const preview = detectors.getByRole("status", { name: "Preview" });
  await preview
    .getByText(/Would have fired (once|twice|\d+ times) in [\d\u2009]+ frames/)
    .waitFor({ timeout: MOMENT_MS });
  await detectors.getByText("Narrowband ingress", { exact: true }).first().click();
  await detectors.getByRole("checkbox", { name: "Detector: Narrowband ingress" }).uncheck();
  await preview
    .getByText(/ in [\d\u2009]+ frames, with the lab's settings [1-9]/)
    .waitFor({ timeout: MOMENT_MS });
  expect(await preview.textContent()).not.toContain("Narrowband ingress");
  await picture(page, "live-thresholds");
  await detectors.getByRole("checkbox", { name: "Detector: Narrowband ingress" }).check();
  await detectors.getByRole("spinbutton", { name: /in one frame of a single look/ }).fill("14");
  await detectors.getByRole("spinbutton", { name: /in one frame of a single look/ }).press("Enter");
  await detectors.getByRole("button", { name: "Apply for the lab" }).click();
  await detectors.getByText("default 13 dB").waitFor();
  await expect
    .poll(async () => {
      const answer = await fetch(`${lab.url}/api/detection`, { headers: { cookie: await lab.signIn() } });
      const { thresholds } = (await answer.json()) as { thresholds: { name: string; value: number }[] };
      return thresholds.find(({ name }) => name === "d1LiveDb")?.value;
    })
    .toBe(14);
});

run("overview tells what is open and how much there was by hour", async () => {
  await page.getByRole("link", { name: "Overview", exact: true }).first().click();
  await page
    .getByRole("region", { name: "Events by hour" })
    .getByText(/\d+ raised/)
    .waitFor();
  await page
    .getByRole("region", { name: "Open events" })
    .getByRole("link", { name: /Narrowband ingress at 7\./ })
    .first()
    .waitFor();
  expect(complaints).toEqual([]);
});
