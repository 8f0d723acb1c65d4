import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PlantEvent, Recording } from "@pnmlab/protocol";
import { type Scenario, scenarios } from "@pnmlab/simulator";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rxMerFile } from "../../frontend/src/api/synthetic/synthetic-files.ts";
import { followTheme, offencesOn } from "./axe.ts";
import { chromiumPath } from "./chromium.ts";
import { openLab } from "./open-lab.ts";

const [plant] = scenarios.clean.ports;
const carrier = { kind: "cb" as const, label: "CB channel 19", frequencyHz: 27_185_000, levelDbmv: -20 };
const scenario: Scenario = { name: "one-carrier", ports: [{ ...plant!, carriers: [carrier] }] };
const MOMENT_MS = 90_000;
const IDLE_MS = 2000;

let lab: TestLab;
let browser: Browser;
let page: Page;
let kept: Recording;
let event: PlantEvent;

const run = chromiumPath ? test : test.skip;
const livePath = () => `/live/lab-cmts-1/${lab.simulator.devices[0]!.rfPorts[0]!.ifIndex}`;
const surface = () => page.locator(".plot__surface");

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page } = await openLab({
    cmts: [{ name: "lab-cmts-1", personality: "generic", scenario }],
  }));
  await followTheme(page);
  await page.goto(lab.signInLink());
  await writeFile(join(lab.config.tftpDir, "rxmer.bin"), rxMerFile());
  await page.goto(`${lab.url}${livePath()}`);
  await page
    .getByRole("button", { name: /^Start/ })
    .first()
    .click();
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 60);
  await page.keyboard.press("k");
  await page.getByLabel("Name").fill("Filled");
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  await page.getByText("Kept as “Filled”.").waitFor();
  const { recordings } = await api<{ recordings: Recording[] }>("/api/recordings");
  kept = recordings.find(({ label }) => label === "Filled")!;
  event = await firstEvent();
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

async function api<T>(path: string): Promise<T> {
  const answer = await fetch(`${lab.url}${path}`, { headers: { cookie: await lab.signIn() } });
  return (await answer.json()) as T;
}

/** The ingress, once it is raised. */
async function firstEvent(): Promise<PlantEvent> {
  for (const endMs = Date.now() + MOMENT_MS; Date.now() < endMs; await page.waitForTimeout(300)) {
    const { events } = await api<{ events: PlantEvent[] }>("/api/events?kind=narrowbandIngress");
    if (events[0]) return events[0];
  }
  throw new Error("no event was raised");
}

const playback = () => page.getByText("Playback, not live").first().waitFor();

/** Opens a page and waits for what it is looked at for. */
async function look(path: string, ready: () => Promise<unknown>): Promise<string[]> {
  await page.goto(`${lab.url}${path}`);
  await ready();
  // What is fetched next has come; a page that asks again and again is never idle.
  await page.waitForLoadState("networkidle", { timeout: IDLE_MS }).catch(() => undefined);
  return (await offencesOn(page)).map((offence) => `${path}, ${offence}`);
}

run("pages with a capture, an event and a recording keep nobody out", async () => {
  const offences: string[] = [];
  offences.push(
    ...(await look("/captures", () =>
      page
        .getByRole("row", { name: /rxmer\.bin/ })
        .getByText("Decoded")
        .waitFor(),
    )),
  );
  await page
    .getByRole("row", { name: /rxmer\.bin/ })
    .getByRole("link")
    .click();
  await page.getByRole("application", { name: /of .*Plus and minus zoom/ }).waitFor();
  const capture = new URL(page.url()).pathname;
  offences.push(
    ...(await look(capture, () =>
      page.getByRole("application", { name: /Bytes, sixteen in a row/ }).waitFor(),
    )),
    ...(await look("/events", () =>
      page
        .getByRole("row", { name: /Narrowband ingress/ })
        .first()
        .waitFor(),
    )),
    ...(await look(`/events/${event.id}`, () =>
      page.getByRole("application", { name: /^Evidence of event/ }).waitFor(),
    )),
    ...(await look("/recordings", () => page.getByRole("row", { name: /Filled/ }).waitFor())),
    ...(await look("/", () =>
      page.getByRole("region", { name: "Open events" }).getByRole("link").first().waitFor(),
    )),
    ...(await look(`/recordings/${kept.id}?tab=markers`, playback)),
    ...(await look("/ports", () => page.locator("canvas").first().waitFor())),
  );
  expect(offences).toEqual([]);
});

run("the live page in playback, and with the events of its port, keeps nobody out", async () => {
  const offences = await look(`${livePath()}?at=${kept.firstMs! + 2000}`, playback);
  offences.push(
    ...(await look(`${livePath()}?tab=events`, () =>
      page
        .getByRole("region", { name: "Events of this port" })
        .getByRole("button", { name: /Narrowband/ })
        .waitFor(),
    )),
  );
  expect(offences).toEqual([]);
});

run("dialogs and menus of the live page keep nobody out", async () => {
  await page.goto(`${lab.url}${livePath()}`);
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 0);
  const offences: string[] = [];
  const lookAt = async (name: string, open: () => Promise<unknown>) => {
    await open();
    await page.getByRole("dialog").first().waitFor();
    offences.push(...(await offencesOn(page)).map((offence) => `${name}, ${offence}`));
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").first().waitFor({ state: "detached" });
  };
  const byKey = (key: string) => async () => {
    await surface().focus();
    await page.keyboard.press(key);
  };
  const byButton = (name: RegExp | string) => () => page.getByRole("button", { name }).first().click();
  await lookAt("keys", byKey("?"));
  await lookAt("export", byKey("x"));
  await lookAt("keep", byKey("k"));
  await lookAt("comparison with SNMP", byKey("Shift+C"));
  await lookAt("waterfall", byButton(/^Waterfall: /));
  for (const trace of ["Average", "Max hold", "p10–p90"])
    await lookAt(trace, byButton(`Options of ${trace}`));
  await lookAt("more traces", byButton("More traces"));
  await lookAt("channel", byButton("Show a channel"));
  await page.keyboard.press(",");
  await playback();
  await lookAt("thresholds", byButton("Try thresholds"));
  expect(offences).toEqual([]);
});
