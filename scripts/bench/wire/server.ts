import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { encodeSpectrumFrame, type SpectrumFrame, type UtscSession } from "@pnmlab/protocol";
import { type WebSocket, WebSocketServer } from "ws";
import { LiveHub } from "../../../backend/src/live/hub.ts";
import { drawSpectra, frameOf, jsonOf } from "./frames.ts";
import {
  type BuffersReport,
  type SentReport,
  type ServerRequest,
  sessionIdOf,
  sharedClockMs,
  type WireKind,
} from "./messages.ts";

// One process as the backend is: the product's hub at /hub, and at /json the same frames as JSON text.

const SESSIONS = 10;
/** Body of the ping behind a burst. */
const BURST_MARK = Buffer.from("burst");
const SETTLE_MS = 50;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const spectra = new Map<number, Int16Array[]>();
const spectraOf = (bins: number) => {
  const drawn = spectra.get(bins) ?? drawSpectra(bins);
  spectra.set(bins, drawn);
  return drawn;
};

const sessions = Array.from({ length: SESSIONS }, (_, index) => sessionOf(index + 1));
const build = { version: "0", commit: "0", dirty: false, builtAt: new Date(0).toISOString() };
const hub = new LiveHub({
  build,
  now: Date.now,
  snapshot: {
    agents: () => [],
    sessions: () => sessions,
    health: () => ({ status: "ok", checks: [], build }) as unknown as ReturnType<HealthOf>,
  },
});
type HealthOf = ConstructorParameters<typeof LiveHub>[0]["snapshot"]["health"];

const sockets: Record<WireKind, Set<WebSocket>> = { hub: new Set(), json: new Set() };
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("connection", (socket, request) => {
  const kind: WireKind = request.url === "/hub" ? "hub" : "json";
  sockets[kind].add(socket);
  socket.on("close", () => sockets[kind].delete(socket));
  if (kind === "hub") hub.attach(socket, request.socket);
});

let sequence = 0;

function publish(kind: WireKind, frame: SpectrumFrame): void {
  if (kind === "hub") {
    hub.publishFrame(sessionIdOf(frame.streamId), frame);
    return;
  }
  const text = jsonOf(frame);
  for (const socket of sockets.json) socket.send(text);
}

function sentReport(kind: WireKind, bins: number): SentReport {
  const frame = frameOf(spectraOf(bins)[0]!, { streamId: 1, sequence, atMs: sharedClockMs() });
  const frameBytes =
    kind === "hub" ? encodeSpectrumFrame(frame).byteLength : Buffer.byteLength(jsonOf(frame));
  return { type: "sent", sequence, frameBytes };
}

async function burst(request: Extract<ServerRequest, { type: "burst" }>): Promise<void> {
  const { kind, bins, frames, framesPerQuestion } = request;
  const drawn = spectraOf(bins);
  let before = Promise.resolve();
  for (let count = 0; count < frames; count += 1) {
    sequence += 1;
    publish(kind, frameOf(drawn[sequence % drawn.length]!, { streamId: 1, sequence, atMs: sharedClockMs() }));
    // A capture file is a turn of the event loop of its own.
    await turn();
    if (count % framesPerQuestion !== framesPerQuestion - 1) continue;
    // One burst is always on its way, so that neither process waits for the other.
    await before;
    before = allAnswer(kind);
  }
  await before;
}

/** Every socket has read what it was sent. */
async function allAnswer(kind: WireKind): Promise<void> {
  await Promise.all(
    [...sockets[kind]].map((socket) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const onPong = (mark: Buffer) => {
        if (!mark.equals(BURST_MARK)) return;
        socket.off("pong", onPong);
        resolve();
      };
      socket.on("pong", onPong);
      socket.ping(BURST_MARK);
      return promise;
    }),
  );
}

async function stream(request: Extract<ServerRequest, { type: "stream" }>): Promise<void> {
  const { kind, bins, framesPerS, seconds } = request;
  const drawn = spectraOf(bins);
  const startedAtMs = sharedClockMs();
  for (let tick = 0; tick < framesPerS * seconds; tick += 1) {
    await sleep(Math.max(0, startedAtMs + (tick * 1000) / framesPerS - sharedClockMs()));
    sequence += 1;
    for (let streamId = 1; streamId <= request.sessions; streamId += 1) {
      publish(kind, frameOf(drawn[sequence % drawn.length]!, { streamId, sequence, atMs: sharedClockMs() }));
    }
  }
}

/** The least of several looks: what was read from sockets in between is garbage too. */
async function buffers(): Promise<BuffersReport> {
  let bytes = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 5; look += 1) {
    collectGarbage();
    await sleep(SETTLE_MS);
    bytes = Math.min(bytes, process.memoryUsage().arrayBuffers);
  }
  return { type: "buffers", bytes };
}

async function answer(request: ServerRequest): Promise<void> {
  if (request.type === "address") {
    process.send?.({ type: "address", port: (server.address() as AddressInfo).port });
  } else if (request.type === "buffers") process.send?.(await buffers());
  else if (request.type === "burst" || request.type === "stream") {
    await (request.type === "burst" ? burst(request) : stream(request));
    process.send?.(sentReport(request.kind, request.bins));
  }
}

function sessionOf(streamId: number): UtscSession {
  const at = new Date(0).toISOString();
  return {
    id: sessionIdOf(streamId),
    streamId,
    cmtsId: "bench",
    rfPortIfIndex: streamId,
    rfPortName: `port ${streamId}`,
    state: "receiving",
    sentence: "Receiving",
    since: at,
    desired: "running",
    requested: {
      centerFrequencyHz: 102_400_000,
      spanHz: 204_800_000,
      bins: 4096,
      repeatPeriodUs: 50_000,
      outputFormat: "fftPower",
    },
    accepted: null,
    observed: null,
    kHundredthsDb: null,
    measStatus: null,
    framesReceived: 0,
    framesPerSecond: 0,
    framesDropped: 0,
    newestFrameAt: null,
    rearms: 0,
    lastGapMs: null,
    failure: null,
    createdAt: at,
  };
}

process.on("message", (request: ServerRequest) => void answer(request));
process.on("disconnect", () => process.exit());
await once(server, "listening");
process.channel?.ref();
process.send?.({ type: "ready" });
