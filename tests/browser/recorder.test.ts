import { readFile } from "node:fs/promises";
import type { PlantEvent, RecorderState, Recording, RecordingDetail } from "@pnmlab/protocol";
import { type Scenario, scenarios } from "@pnmlab/simulator";
import type { TestLab } from "@pnmlab/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { openLab, startLive } from "./open-lab.ts";

const LATE_HZ = 27_185_000;
const LATE_DBMV = -20;
const PRE_S = 6;
const POST_S = 3;
/** Not on the air yet: far below every floor. */
const late = { kind: "cb" as const, label: "CB channel 19", frequencyHz: LATE_HZ, levelDbmv: -200 };
const [plant] = scenarios.clean.ports;
const scenario: Scenario = { name: "late-carrier", ports: [{ ...plant!, carriers: [late] }] };
const NAME = "CB, after the rain";
const MOMENT_MS = 120_000;

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const run = chromiumPath ? test : test.skip;
const recorder = () => page.getByRole("form", { name: "Keep by event" });
const rowOf = (name: RegExp) => page.getByRole("row", { name });

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

async function api<T>(path: string): Promise<T> {
  return (await ask(path)).json() as Promise<T>;
}

const detailOf = async (id: string) =>
  (await api<{ recording: RecordingDetail }>(`/api/recordings/${id}`)).recording;
const framesOf = async (id: string) =>
  Buffer.from(await (await ask(`/api/recordings/${id}/frames?fromMs=0&limit=600`)).arrayBuffer());

run("the trigger of the recorder is set in its form, and stays", async () => {
  await startLive(page, lab, "", 3);
  await page.getByRole("link", { name: "Recordings" }).click();
  const save = recorder().getByRole("button", { name: "Save" });
  expect(await save.isDisabled(), "nothing is changed yet").toBe(true);
  await recorder()
    .getByLabel(/^Keep by itself/)
    .check();
  await recorder().getByLabel("From severity").selectOption("info");
  await recorder().getByLabel("Before, s").fill(String(PRE_S));
  await recorder().getByLabel("After, s").fill(String(POST_S));
  await recorder().getByText("Events of every kind").click();
  await recorder().getByLabel("Narrowband ingress").check();
  await save.click();
  await expect.poll(() => save.isDisabled()).toBe(true);
  await page.reload();
  await expect.poll(() => recorder().getByLabel("Before, s").inputValue()).toBe(String(PRE_S));
  expect(await recorder().getByLabel("After, s").inputValue()).toBe(String(POST_S));
  expect(await recorder().getByLabel("From severity").inputValue()).toBe("info");
  await recorder().getByText("Events of one kind").waitFor();
});

run("a time before or after that cannot be is not saved", async () => {
  await recorder().getByLabel("After, s").fill("601");
  await recorder().getByRole("button", { name: "Save" }).click();
  expect(
    await recorder()
      .getByLabel("After, s")
      .evaluate((input) => (input as HTMLInputElement).validity.rangeOverflow),
  ).toBe(true);
  expect((await api<RecorderState>("/api/recorder")).trigger.postS).toBe(POST_S);
  await recorder().getByLabel("After, s").fill(String(POST_S));
});

let triggered: Recording;

run(
  "ingress that starts is kept with what came before it and after it, and appears in the list",
  async () => {
    expect(await rowOf(/Narrowband ingress/).count()).toBe(0);
    // Enough lies before the event for all of its time to be kept.
    await expect
      .poll(
        async () => {
          const { recordings } = await api<{ recordings: Recording[] }>("/api/recordings");
          const ring = recordings.find(({ kind }) => kind === "ring");
          return ring ? ring.lastMs! - ring.firstMs! : 0;
        },
        { timeout: MOMENT_MS },
      )
      .toBeGreaterThan(20_000);
    late.levelDbmv = LATE_DBMV;
    const row = rowOf(/Narrowband ingress at 27\.\d{3} MHz/);
    await row.waitFor({ timeout: MOMENT_MS });
    expect(await row.textContent()).toMatch(/By an event/);
    await expect.poll(() => row.textContent(), { timeout: MOMENT_MS }).not.toMatch(/growing/);
    const { recordings } = await api<{ recordings: Recording[] }>("/api/recordings");
    triggered = recordings.find(({ kind }) => kind === "triggered")!;
    const { events } = await api<{ events: PlantEvent[] }>("/api/events?kind=narrowbandIngress");
    const event = events.find(({ recordingId }) => recordingId === triggered.id)!;
    expect(triggered.eventId).toBe(event.id);
    // The event is raised a moment after it began.
    expect(triggered.firstMs!).toBeLessThanOrEqual(event.firstMs);
    expect(triggered.lastMs! - triggered.firstMs!).toBeGreaterThan((PRE_S + POST_S - 1) * 1000);
    expect(triggered.lastMs! - triggered.firstMs!).toBeLessThan((PRE_S + POST_S + 6) * 1000);
  },
);

run("what was kept plays from before the event on", async () => {
  await page.getByRole("link", { name: /^Narrowband ingress at 27\./ }).click();
  await page.getByText("Playback, not live").first().waitFor();
  const levelAtCarrier = () =>
    page.evaluate((hz) => {
      const trace = window.pnmlab?.trace();
      if (!trace) return Number.NaN;
      const apart = trace.frequencyHz.map((one) => Math.abs(one - hz));
      return trace.levelDbmv[apart.indexOf(Math.min(...apart))] ?? Number.NaN;
    }, LATE_HZ);
  await expect.poll(levelAtCarrier).toBeLessThan(LATE_DBMV - 15);
  await page.getByRole("button", { name: "To the end" }).click();
  await expect.poll(levelAtCarrier).toBeGreaterThan(LATE_DBMV - 5);
});

run("a recording that was downloaded is taken in again, frame for frame", async () => {
  await page.goto(`${lab.url}/recordings`);
  await rowOf(/Narrowband ingress at 27\./)
    .getByRole("button", { name: /^Rename/ })
    .click();
  await page.getByLabel("Name", { exact: true }).fill(NAME);
  await page.getByLabel("Note", { exact: true }).fill("Leg 2, pole 14");
  await page.getByRole("button", { name: "Save", exact: true }).last().click();
  const row = rowOf(new RegExp(NAME));
  await row.waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    row.getByRole("link", { name: /^Download/ }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.pnmrec$/);
  const buffer = await readFile(await download.path());
  const before = await framesOf(triggered.id);
  await row.getByRole("button", { name: /^Delete/ }).click();
  await page.getByRole("button", { name: "Delete the recording" }).click();
  await row.waitFor({ state: "detached" });
  await page
    .getByLabel("Recording files")
    .setInputFiles({ name: download.suggestedFilename(), mimeType: "application/octet-stream", buffer });
  await page.getByText("Playback, not live").first().waitFor();
  const id = decodeURIComponent(new URL(page.url()).pathname.split("/").at(-1)!);
  const imported = await detailOf(id);
  expect(imported).toMatchObject({
    label: NAME,
    note: "Leg 2, pole 14",
    frames: triggered.frames,
    firstMs: triggered.firstMs,
    lastMs: triggered.lastMs,
  });
  expect((await framesOf(id)).equals(before)).toBe(true);
});

run("a file that is no recording is refused in words, and nothing is taken in", async () => {
  await page.goto(`${lab.url}/recordings`);
  await rowOf(/Flight recorder/).waitFor();
  const count = await page.getByRole("row").count();
  await page.getByLabel("Recording files").setInputFiles({
    name: "letter.pnmrec",
    mimeType: "application/octet-stream",
    buffer: Buffer.from("Dear lab, this is no recording."),
  });
  await page
    .getByRole("alert")
    .getByText(/^letter\.pnmrec was not taken in\. \S+/)
    .first()
    .waitFor();
  expect(await page.getByRole("row").count()).toBe(count);
  // The browser itself tells of the refused request.
  expect(complaints).toEqual([expect.stringMatching(/400|422/)]);
});
