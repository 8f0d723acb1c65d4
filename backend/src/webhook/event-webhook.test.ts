import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { defaultRootDir } from "@pnmlab/config";
import { type EventNotice, eventNoticeSchema, type PlantEvent, webhookStateSchema } from "@pnmlab/protocol";
import { expect, onTestFinished, test } from "vitest";
import { detectionSource, detectorEvent } from "../_test/detection.ts";
import { recordingLog, temporaryFolder, waitFor } from "../_test/support.ts";
import { NO_NOTES, plantEventOf } from "../detection/plant-event.ts";
import { webhookProbe } from "../health/webhook.ts";
import { EventWebhook, type EventWebhookOptions } from "./event-webhook.ts";
import { webhookUrlOf } from "./webhook-url.ts";

const SECRET = "s3cret-of-the-receiver";
const NOW_MS = Date.UTC(2026, 0, 2);

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  notice: EventNotice;
}

/** A receiver on a free port; `answer` gives the status of each request, or undefined to give no answer at all. */
async function openReceiver(answer: (count: number) => number | undefined = () => 204) {
  const received: Received[] = [];
  let count = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      count += 1;
      const notice = eventNoticeSchema.parse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
      received.push({ path: request.url!, headers: request.headers, notice });
      const status = answer(count);
      if (status === undefined) return;
      response
        .writeHead(status, { location: `http://127.0.0.1:${port}/elsewhere` })
        .end("a body that nobody reads");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { received, url: new URL(`http://127.0.0.1:${port}/hook/${SECRET}?key=${SECRET}`) };
}

function openWebhook(url: URL, options: Partial<EventWebhookOptions> = {}) {
  const { log, lines } = recordingLog();
  const { limits, ...rest } = options;
  const webhook = new EventWebhook({
    url: () => url,
    leastSeverity: "major",
    raised: [],
    publicUrl: "https://pnm.example/",
    userAgent: "pnmlab/test",
    log,
    now: () => NOW_MS,
    limits: { backoff: { baseMs: 1, maxMs: 5 }, timeoutMs: 5000, ...limits },
    ...rest,
  });
  onTestFinished(() => webhook[Symbol.asyncDispose]());
  return { webhook, lines, text: () => JSON.stringify([lines, webhook.state()]) };
}

function eventOf(id: string, differing: Partial<PlantEvent> = {}): PlantEvent {
  const made = plantEventOf(detectorEvent(id), detectionSource(), { ...NO_NOTES, number: 7 }, []);
  return { ...made, severity: "major", comment: "not for others", ...differing };
}

test("an event is told when it is raised and when it is cleared, once each, as the documented JSON", async () => {
  const { received, url } = await openReceiver();
  const { webhook } = openWebhook(url);
  webhook.take(eventOf("a"));
  webhook.take(eventOf("a", { count: 40 }));
  webhook.take(eventOf("a", { state: "cleared" }));
  webhook.take(eventOf("a", { state: "cleared", comment: "edited later" }));
  await waitFor(() => webhook.state().delivered === 2);
  expect(received.map(({ notice }) => notice.change)).toEqual(["raised", "cleared"]);
  const [{ headers, notice, path }] = received as [Received];
  expect(path).toContain(SECRET);
  expect(headers).toMatchObject({
    "content-type": "application/json; charset=utf-8",
    "user-agent": "pnmlab/test",
  });
  expect(notice).toMatchObject({
    format: "pnmlab-event",
    version: 1,
    at: "2026-01-02T00:00:00.000Z",
    link: "https://pnm.example/events/a",
    event: {
      id: "a",
      number: 7,
      kind: "narrowbandIngress",
      severity: "major",
      state: "raised",
      f0Hz: 27.185e6,
    },
  });
  expect(JSON.stringify(notice)).not.toContain("not for others");
  expect(webhookStateSchema.parse(webhook.state())).toMatchObject({
    isOn: true,
    waiting: 0,
    givenUp: 0,
    failure: null,
  });
});

test("the notice that the guide shows is one that the schema takes", () => {
  const guide = readFileSync(join(defaultRootDir, "docs", "events.md"), "utf8");
  const [, json] = /```json\n([\s\S]*?)```/.exec(guide)!;
  expect(eventNoticeSchema.parse(JSON.parse(json!))).toMatchObject({
    change: "raised",
    event: { kind: "mask" },
  });
});

test("events under the severity and muted ones are not told; one that grows to it is, and so is its end", async () => {
  const { received, url } = await openReceiver();
  const { webhook } = openWebhook(url);
  webhook.take(eventOf("small", { severity: "minor" }));
  webhook.take(eventOf("small", { severity: "minor", state: "cleared" }));
  webhook.take(eventOf("muted", { muted: true }));
  webhook.take(eventOf("grows", { severity: "minor" }));
  webhook.take(eventOf("grows", { severity: "critical" }));
  webhook.take(eventOf("grows", { severity: "critical", muted: true, state: "cleared" }));
  await waitFor(() => webhook.state().delivered === 2);
  expect(received.map(({ notice }) => [notice.event.id, notice.change])).toEqual([
    ["grows", "raised"],
    ["grows", "cleared"],
  ]);
});

test("of events that were raised before the backend was started the end is told alone", async () => {
  const { received, url } = await openReceiver();
  const { webhook } = openWebhook(url, {
    raised: [eventOf("before"), eventOf("minor", { severity: "minor" })],
  });
  for (const id of ["before", "minor"])
    webhook.take(eventOf(id, { severity: id === "minor" ? "minor" : "major" }));
  for (const id of ["before", "minor"]) webhook.take(eventOf(id, { state: "cleared" }));
  await waitFor(() => webhook.state().delivered === 1);
  expect(received.map(({ notice }) => [notice.event.id, notice.change])).toEqual([["before", "cleared"]]);
});

test("a receiver that fails is tried again until it takes the notice, in order, and then all is well", async () => {
  const { received, url } = await openReceiver((count) => (count <= 2 ? 503 : 200));
  const { webhook, lines } = openWebhook(url);
  webhook.take(eventOf("a"));
  webhook.take(eventOf("b"));
  await waitFor(() => webhook.state().delivered === 2);
  expect(received.map(({ notice }) => notice.event.id)).toEqual(["a", "a", "a", "b"]);
  expect(webhook.state()).toMatchObject({ retries: 2, givenUp: 0, failure: null });
  expect(webhook.state().sentence).toMatch(
    /^the event webhook works; .*: 2 taken, 0 waiting, 2 tried again, 0 given up$/,
  );
  expect(JSON.stringify(lines)).toContain("the event webhook answered 503");
});

test.each([
  [302, 1, "answered 302, and redirects are not followed"],
  [410, 1, "answered 410"],
  [500, 3, "answered 500"],
  [429, 3, "answered 429"],
])(
  "an answer of %i is given up after %i attempts, says so, and holds nothing else up",
  async (status, attempts, reason) => {
    const { received, url } = await openReceiver((count) => (count <= attempts ? status : 204));
    const { webhook, lines } = openWebhook(url, {
      limits: { attempts: 3, backoff: { baseMs: 1, maxMs: 2 } },
    });
    webhook.take(eventOf("a"));
    await waitFor(() => webhook.state().givenUp === 1);
    expect(webhook.state().failure).toEqual({ at: "2026-01-02T00:00:00.000Z", reason });
    expect(webhook.state().sentence).toContain(`the event webhook ${reason} at 2026-01-02T00:00:00.000Z`);
    expect(JSON.stringify(lines)).toContain("the notice of event 7 (raised) is given up");
    webhook.take(eventOf("b"));
    await waitFor(() => webhook.state().delivered === 1);
    expect(received).toHaveLength(attempts + 1);
    expect(received.map(({ path }) => path)).not.toContain("/elsewhere");
    expect(webhook.state().failure).toBeNull();
  },
);

test("a receiver without an answer, and one that is not there, fail by their deadline, and no word names the address", async () => {
  const silent = await openReceiver(() => undefined);
  const first = openWebhook(silent.url, { limits: { attempts: 1, timeoutMs: 100 } });
  first.webhook.take(eventOf("a"));
  await waitFor(() => first.webhook.state().givenUp === 1);
  expect(first.webhook.state().failure!.reason).toBe("gave no answer within 0.1 s");
  const closed = createTcpServer();
  await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const second = openWebhook(new URL(`http://user:${SECRET}@127.0.0.1:${port}/${SECRET}`), {
    limits: { attempts: 2 },
  });
  second.webhook.take(eventOf("a"));
  await waitFor(() => second.webhook.state().givenUp === 1);
  expect(second.webhook.state().failure!.reason).toBe("could not be reached (ECONNREFUSED)");
  for (const text of [first.text(), second.text()]) {
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain("127.0.0.1");
  }
});

test("the queue is bounded: the oldest notices are given up and counted, and taking an event never waits", async () => {
  const { received, url } = await openReceiver(() => undefined);
  const { webhook, lines } = openWebhook(url, { limits: { mostWaiting: 10, timeoutMs: 60_000 } });
  for (let k = 0; k < 1000; k += 1) webhook.take(eventOf(`e${k}`));
  expect(webhook.state()).toMatchObject({ waiting: 10, givenUp: 990, delivered: 0 });
  await waitFor(() => received.length === 1);
  await webhook[Symbol.asyncDispose]();
  expect(JSON.stringify(lines)).toContain("the backend stops before the event webhook has taken 10 notices");
});

test("an address in a file is read for each notice, and what is wrong with the file is said without what it holds", async () => {
  const { received, url } = await openReceiver();
  const path = join(await temporaryFolder(), "webhook");
  const read = webhookUrlOf({ eventWebhookUrl: "", eventWebhookUrlFile: path })!;
  const { webhook, text } = openWebhook(url, { url: read, limits: { attempts: 1 } });
  webhook.take(eventOf("a"));
  await waitFor(() => webhook.state().givenUp === 1);
  expect(webhook.state().failure!.reason).toMatch(
    /PNMLAB_EVENT_WEBHOOK_URL_FILE names .*webhook, which cannot be read \(ENOENT\)$/,
  );
  writeFileSync(path, `ftp://${SECRET}\n`);
  webhook.take(eventOf("b"));
  await waitFor(() => webhook.state().givenUp === 2);
  expect(webhook.state().failure!.reason).toMatch(/which does not hold one http:\/\/ or https:\/\/ URL$/);
  writeFileSync(path, `${url.href}\n`);
  webhook.take(eventOf("c"));
  await waitFor(() => webhook.state().delivered === 1);
  expect(received.map(({ notice }) => notice.event.id)).toEqual(["c"]);
  expect(text()).not.toContain(SECRET);
  expect(webhookUrlOf({ eventWebhookUrl: "", eventWebhookUrlFile: "" })).toBeUndefined();
});

test("a file without an address is said from the start until it is mended, and nothing works before it is proven", async () => {
  const { url } = await openReceiver();
  const path = join(await temporaryFolder(), "webhook");
  const read = webhookUrlOf({ eventWebhookUrl: "", eventWebhookUrlFile: path })!;
  const { webhook, lines } = openWebhook(url, { url: read });
  expect(JSON.stringify(lines)).toContain("cannot be read (ENOENT)");
  const health = () => webhookProbe(() => webhook.state()).run();
  expect(await health()).toMatchObject({ status: "degraded" });
  expect(webhook.state().sentence).toContain("cannot be read (ENOENT) at 2026-01-02T00:00:00.000Z");
  expect(lines).toHaveLength(1);
  writeFileSync(path, `${url.href}\n`);
  expect(webhook.state()).toMatchObject({ failure: null, delivered: 0 });
  expect(webhook.state().sentence).toMatch(/^the event webhook has taken no notice yet; /);
  expect(await health()).toMatchObject({ status: "ok" });
  webhook.take(eventOf("a"));
  await waitFor(() => webhook.state().delivered === 1);
  expect(webhook.state().sentence).toMatch(/^the event webhook works; /);
});
