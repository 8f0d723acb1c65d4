import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeSpectrumFrame, type SpectrumFrame } from "@pnmlab/protocol";
import { WebSocket } from "ws";
import {
  type ClientsRequest,
  sessionIdOf,
  sharedClockMs,
  type TakenReport,
  type WireKind,
} from "./messages.ts";

// The browsers of the bench, in a process of their own: each decodes every frame that it is sent.

class Client {
  readonly socket: WebSocket;
  readonly #kind: WireKind;
  newest = 0;
  frames = 0;
  withheld = 0;
  lost = 0;
  latenciesMs: number[] = [];
  wasStalled = false;
  /** Numbers of the frames that came since it woke. */
  sinceWoken: number[] | undefined;

  constructor(url: string, kind: WireKind) {
    this.#kind = kind;
    this.socket = new WebSocket(`${url}/${kind}`, { perMessageDeflate: false });
    this.socket.binaryType = "arraybuffer";
    this.socket.on("message", (data, isBinary) => {
      if (isBinary) this.#take(decodeSpectrumFrame(data as ArrayBuffer));
      else if (this.#kind === "json") {
        this.#take(JSON.parse(Buffer.from(data as ArrayBuffer).toString()) as SpectrumFrame);
      }
    });
  }

  #take({ sequence, withheld, capturedAtMs }: SpectrumFrame): void {
    if (this.newest > 0) this.lost += Math.abs(sequence - this.newest - 1 - withheld);
    this.newest = sequence;
    this.frames += 1;
    this.withheld += withheld;
    this.sinceWoken?.push(sequence);
    if (!this.wasStalled) this.latenciesMs.push(sharedClockMs() - capturedAtMs);
  }
}

let clients: Client[] = [];
let newestWhenWoken = 0;

async function open(request: Extract<ClientsRequest, { type: "open" }>): Promise<void> {
  const { url, kind, sessions } = request;
  clients = Array.from({ length: request.clients }, () => new Client(url, kind));
  await Promise.all(clients.map(({ socket }) => once(socket, "open")));
  if (kind === "json") return;
  for (const [index, { socket }] of clients.entries()) {
    socket.send(JSON.stringify({ type: "watch", sessionId: sessionIdOf(1 + (index % sessions)) }));
  }
  // The hub tells everybody of every viewer; the frames begin when that is over.
  await sleep(200);
}

async function untilHeard(sequence: number): Promise<void> {
  while (clients.some(({ newest, socket }) => !socket.isPaused && newest < sequence)) await sleep(1);
}

function wake(): void {
  newestWhenWoken = Math.max(...clients.map(({ newest }) => newest));
  for (const client of clients.filter(({ socket }) => socket.isPaused)) {
    client.sinceWoken = [];
    client.socket.resume();
  }
}

function take(): TakenReport {
  const sum = (count: "frames" | "withheld" | "lost") =>
    clients.reduce((total, client) => total + client[count], 0);
  const since = clients.find(({ sinceWoken }) => sinceWoken)?.sinceWoken;
  const at = since?.findIndex((sequence) => sequence >= newestWhenWoken) ?? -1;
  const report: TakenReport = {
    type: "taken",
    frames: sum("frames"),
    withheld: sum("withheld"),
    lost: sum("lost"),
    latenciesMs: clients.flatMap(({ latenciesMs }) => latenciesMs),
    woken: since ? { oldFrames: at, framesBehind: newestWhenWoken - (since[at] ?? 0) } : null,
  };
  for (const client of clients) {
    Object.assign(client, { frames: 0, withheld: 0, lost: 0, latenciesMs: [], sinceWoken: undefined });
    client.wasStalled = client.socket.isPaused;
  }
  return report;
}

async function close(): Promise<void> {
  await Promise.all(
    clients.map(async ({ socket }) => {
      const closed = once(socket, "close");
      socket.terminate();
      await closed;
    }),
  );
  clients = [];
}

async function answer(request: ClientsRequest): Promise<void> {
  if (request.type === "take") {
    process.send?.(take());
    return;
  }
  if (request.type === "open") await open(request);
  else if (request.type === "await") await untilHeard(request.sequence);
  else if (request.type === "wake") wake();
  else if (request.type === "close") await close();
  else if (request.type === "stall") {
    for (const client of clients.slice(0, request.clients)) {
      client.wasStalled = true;
      client.socket.pause();
    }
  } else return;
  process.send?.({ type: "done" });
}

process.on("message", (request: ClientsRequest) => void answer(request));
process.on("disconnect", () => process.exit());
process.channel?.ref();
process.send?.({ type: "ready" });
