import { once } from "node:events";
import { readdirSync } from "node:fs";
import { LIVE_PATH, type UtscRequest, type UtscSession } from "@pnmlab/protocol";
import { type Personality, personalities } from "@pnmlab/simulator";
import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";

// One CMTS of each personality, all of them sending into one directory at the same time.
const FRAMES = 30;
const REARMS = 2;

interface Vendor {
  personality: Personality;
  request: Pick<UtscRequest, "repeatPeriodUs"> & Partial<UtscRequest>;
  /** Status of the port's row after the stop; undefined where the row goes. */
  statusAfterStop: "inactive" | undefined;
}

const SHORT_RUNS = { repeatPeriodUs: 50_000, freeRunDurationMs: 1000 } as const;

/** As the vendor makes it, with runs that end after fewer files: its own last for two minutes and more. */
function withFilesPerRun(personality: Personality, maxFilesPerRun: number): Personality {
  return { ...personality, files: { ...personality.files, maxFilesPerRun } };
}

const vendors: readonly Vendor[] = [
  { personality: personalities.generic, request: SHORT_RUNS, statusAfterStop: undefined },
  { personality: personalities.e6000, request: { repeatPeriodUs: 50_000 }, statusAfterStop: "inactive" },
  {
    personality: personalities["e6000-iccap"],
    request: { repeatPeriodUs: 50_000, window: "hann" },
    statusAfterStop: "inactive",
  },
  {
    personality: withFilesPerRun(personalities["casa-c100g"], 12),
    request: { repeatPeriodUs: 400_000, freeRunDurationMs: 120_000 },
    statusAfterStop: "inactive",
  },
  {
    personality: withFilesPerRun(personalities["casa-evo"], 12),
    request: { repeatPeriodUs: 400_000, freeRunDurationMs: 120_000 },
    statusAfterStop: undefined,
  },
  { personality: personalities["cisco-cbr8"], request: SHORT_RUNS, statusAfterStop: undefined },
];

let lab: TestLab;
let cookie: string;

beforeAll(async () => {
  lab = await startTestLab({
    cmts: vendors.map(({ personality }) => ({ name: personality.name, personality })),
  });
  cookie = await lab.signIn();
});

afterAll(() => lab?.[Symbol.asyncDispose]());

async function api<Answer>(path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(`${lab.url}${path}`, {
    headers: { cookie, ...(body ? { "content-type": "application/json" } : {}) },
    ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
  return JSON.parse(text) as Answer;
}

async function sessionOf(id: string): Promise<UtscSession> {
  return (await api<{ session: UtscSession }>(`/api/utsc/sessions/${id}`)).session;
}

/** A browser that looks at a session, and how many frames have come to it. */
async function join(sessionId: string): Promise<{ frames: () => number; leave: () => void }> {
  const socket = new WebSocket(`${lab.url.replace("http", "ws")}${LIVE_PATH}`, { headers: { cookie } });
  let frames = 0;
  socket.on("message", (_data, isBinary) => {
    if (isBinary) frames += 1;
  });
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "watch", sessionId }));
  return { frames: () => frames, leave: () => socket.close() };
}

describe.concurrent("side by side", () => {
  test.for(vendors.map((vendor) => [vendor.personality.name, vendor] as const))(
    "a session lives its whole life on a CMTS of personality %s, and leaves nothing behind",
    { timeout: 70_000 },
    async ([cmtsId, { request, statusAfterStop }], { expect }) => {
      const device = lab.simulator.devices.find(({ name }) => name === cmtsId)!;
      const rfPortIfIndex = device.rfPorts[0]!.ifIndex;
      const started = await api<{ session: UtscSession }>("/api/utsc/sessions", {
        cmtsId,
        rfPortIfIndex,
        centerFrequencyHz: 45_000_000,
        spanHz: 80_000_000,
        bins: 800,
        outputFormat: "fftPower",
        ...request,
      });
      const { id } = started.session;
      await expect
        .poll(() => sessionOf(id), { timeout: 60_000, interval: 100 })
        .toMatchObject({ state: "receiving", failure: null });

      const viewer = await join(id);
      await expect.poll(viewer.frames).toBeGreaterThan(2);
      viewer.leave();
      const { framesReceived: atLeave } = await sessionOf(id);
      await expect
        .poll(
          async () => {
            const { framesReceived, rearms } = await sessionOf(id);
            return framesReceived >= Math.max(FRAMES, atLeave + 3) && rearms >= REARMS;
          },
          { timeout: 35_000, interval: 200 },
        )
        .toBe(true);
      const session = await sessionOf(id);
      expect(session).toMatchObject({ state: "receiving", failure: null, framesDropped: 0 });
      expect(session.accepted).toMatchObject(request);
      expect(session.observed).toMatchObject({ bins: 800, outputFormat: "fftPower" });
      expect(lab.simulator.measStatus(cmtsId, rfPortIfIndex)).toBeDefined();

      const { session: stopped } = await api<{ session: UtscSession }>(`/api/utsc/sessions/${id}/stop`, {});
      expect(stopped).toMatchObject({ state: "stopped", failure: null });
      expect(lab.simulator.measStatus(cmtsId, rfPortIfIndex)).toBe(statusAfterStop);
    },
  );
});

test("when all have stopped, no file is left in the directory and none went to the captures", async () => {
  await expect.poll(() => readdirSync(lab.config.tftpDir)).toEqual([]);
  expect(await api("/api/captures")).toMatchObject({ captures: [] });
});
