import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type DetectionState,
  type EventNotice,
  eventNoticeSchema,
  type Health,
  type LabMask,
  type PlantEvent,
  type Replay,
  type UtscSession,
  type WebhookState,
} from "@pnmlab/protocol";
import { type Scenario, scenarios } from "@pnmlab/simulator";
import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { labApi, until } from "./lab-api.ts";

// A plant that is clean but for one carrier, which comes for five seconds and goes for thirty. No browser looks.
const LEVEL_DBMV = -25;
const LIMIT_DBMV = -35;
const FREQUENCY_HZ = 27_185_000;
const SECRET = "s3cret-of-the-receiver";
const [plant] = scenarios.clean.ports;
const scenario: Scenario = {
  name: "one-carrier",
  ports: [
    {
      ...plant!,
      carriers: [
        {
          kind: "cb",
          label: "CB channel 19",
          frequencyHz: FREQUENCY_HZ,
          levelDbmv: LEVEL_DBMV,
          gate: { onS: [5, 5], offS: [30, 30] },
        },
      ],
    },
  ],
};
const REQUEST = {
  centerFrequencyHz: 51_200_000,
  spanHz: 102_400_000,
  bins: 2048,
  repeatPeriodUs: 50_000,
  outputFormat: "fftPower",
  window: "blackmanHarris",
};
const BIN_HZ = REQUEST.spanHz / REQUEST.bins;

let lab: TestLab;
let session: UtscSession;
let receiver: Server;
const received: { path: string; notice: EventNotice }[] = [];

const { ask, api } = labApi(() => lab);

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const notice = eventNoticeSchema.parse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
      received.push({ path: request.url!, notice });
      // Its first notice has to be tried again.
      response.writeHead(received.length === 1 ? 503 : 204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const { port } = receiver.address() as AddressInfo;
  lab = await startTestLab({
    cmts: [{ name: "lab-cmts-1", personality: "generic", scenario }],
    env: { PNMLAB_EVENT_WEBHOOK_URL: `http://127.0.0.1:${port}/${SECRET}` },
  });
  // Masks alone, and cleared sooner than after the usual half a minute.
  await ask("/api/detection", { enabled: [], thresholds: { clearS: 3, cooldownS: 0 } }, "PUT");
  const rfPortIfIndex = lab.simulator.devices[0]!.rfPorts[0]!.ifIndex;
  const mask = { cmtsId: "lab-cmts-1", rfPortIfIndex, trace: "live", consecutiveFrames: 3 };
  await ask(
    `/api/masks/${randomUUID()}`,
    { ...mask, name: "citizens band", source: line(26.9e6, 27.5e6) },
    "PUT",
  );
  await ask(`/api/masks/${randomUUID()}`, { ...mask, name: "elsewhere", source: line(300e6, 310e6) }, "PUT");
  session = (
    await api<{ session: UtscSession }>("/api/utsc/sessions", {
      cmtsId: "lab-cmts-1",
      rfPortIfIndex,
      ...REQUEST,
    })
  ).session;
});

afterAll(async () => {
  await lab?.[Symbol.asyncDispose]();
  receiver?.closeAllConnections();
  receiver?.close();
});

function line(fromHz: number, toHz: number, levelDbmv = LIMIT_DBMV) {
  return {
    from: "points",
    points: [fromHz, toHz].map((frequencyHz) => ({ frequencyHz, levelDbmv })),
  };
}

async function events(): Promise<PlantEvent[]> {
  return (await api<{ events: PlantEvent[] }>(`/api/events?sessionId=${session.id}`)).events;
}

test("a carrier that crosses a lab mask raises an event with the mask, the frequency and the excess, with no browser open", async () => {
  const event = await until(async () => (await events())[0]);
  expect(event).toMatchObject({
    kind: "mask",
    detector: "mask",
    severity: "major",
    classification: "citizens band",
  });
  expect(Math.abs(event.f0Hz - FREQUENCY_HZ)).toBeLessThanOrEqual(BIN_HZ);
  expect(event.title).toMatch(/^Level over mask “citizens band” at 27\.\d{3} MHz, \d+\.\d dB$/);
  expect(Math.abs(event.figures.worstDb! - (LEVEL_DBMV - LIMIT_DBMV))).toBeLessThanOrEqual(1.5);
});

test("the webhook is told of it once, after a receiver that failed, and again when it is cleared", async () => {
  const first = await until(async () => received[1]?.notice);
  expect(received[0]!.path).toBe(`/${SECRET}`);
  expect(received[0]!.notice).toEqual(first);
  expect(first).toMatchObject({
    change: "raised",
    event: { kind: "mask", state: "raised", cmtsId: "lab-cmts-1" },
  });
  const cleared = await until(async () => received[2]?.notice);
  expect(cleared).toMatchObject({ change: "cleared", event: { id: first.event.id, state: "cleared" } });
  const state = await until(async () => {
    const found = await api<WebhookState>("/api/webhook");
    return found.delivered >= 2 ? found : undefined;
  });
  expect(state).toMatchObject({ isOn: true, retries: 1, givenUp: 0, failure: null });
});

test("health tells how the webhook fares, and neither it nor the API, the settings or the audit hold its address", async () => {
  const check = await until(async () => {
    const { checks } = await api<Health>("/api/health");
    const found = checks!.find(({ name }) => name === "webhook");
    return found?.status === "ok" && / [2-9] taken/.test(found.detail) ? found : undefined;
  });
  expect(check.detail).toMatch(
    /^the event webhook works; notices of events since the start: \d taken, 0 waiting, 1 tried again/,
  );
  for (const path of ["/api/health", "/api/webhook", "/api/audit", "/api/detection/state", "/api/doctor"]) {
    expect(await (await ask(path)).text(), path).not.toContain(SECRET);
  }
});

test("a mask that does not fit the capture says so, the frames raise the event again in a replay, and a mask taken away watches no more", async () => {
  const { masks } = await api<{ masks: LabMask[] }>("/api/masks");
  const away = masks.find(({ name }) => name === "elsewhere")!;
  expect(away.watch).toMatchObject({
    state: "unfit",
    sentence: expect.stringContaining("300.0 to 310.0 MHz"),
  });
  const event = (await events()).at(-1)!;
  expect(await api<Replay>(`/api/events/${event.id}/replay`, {})).toMatchObject({ fires: true });
  await ask(`/api/masks/${away.id}`, undefined, "DELETE");
  expect((await api<{ masks: LabMask[] }>("/api/masks")).masks.map(({ name }) => name)).toEqual([
    "citizens band",
  ]);
  const { sessions } = await api<DetectionState>("/api/detection/state");
  expect(sessions[0]).toMatchObject({ framesSkipped: 0 });
});

test("events of the bands of a mask go on under their numbers over an interruption of the CMTS, and are cleared with the mask", async () => {
  const [device] = lab.simulator.devices;
  const mask = {
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: device!.rfPorts[0]!.ifIndex,
    name: "always over",
    trace: "live",
    consecutiveFrames: 3,
    source: line(10e6, 90e6, -120),
  };
  const path = `/api/masks/${randomUUID()}`;
  await ask(path, mask, "PUT");
  const ofMask = async () =>
    (await events())
      .filter(({ classification }) => classification === mask.name)
      .map(({ id, number, state }) => ({ id, number, state }));
  await until(async () => ((await ofMask()).length > 0 ? true : undefined));
  // Bands fail with the same frame and are told one after the other.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const raised = await ofMask();
  expect(new Set(raised.map(({ state }) => state))).toEqual(new Set(["raised"]));
  const shown = async () => (await api<{ session: UtscSession }>(`/api/utsc/sessions/${session.id}`)).session;
  lab.simulator.reboot("lab-cmts-1", 3000);
  const rebootedAt = Date.now();
  await until(async () => {
    const { state, newestFrameAt } = await shown();
    return state === "receiving" && Date.parse(newestFrameAt!) > rebootedAt + 5000 ? true : undefined;
  });
  expect(await ofMask()).toEqual(raised);
  await ask(path, undefined, "DELETE");
  await until(async () => ((await ofMask()).every(({ state }) => state === "cleared") ? true : undefined));
  expect(await ofMask()).toHaveLength(raised.length);
});
