import { join } from "node:path";
import { Outbox, Polling } from "../../../agent/src/polling/index.ts";

// A program with an outbox that is killed in the middle of its work. It reads a made-up device as fast as it can,
// tells its parent which readings are on disk, and delivers to it. Arguments: folder, number of the last reading before.

const log = { info: () => {}, warn: () => {}, error: () => {} };
const outbox = new Outbox({
  path: join(process.argv[2]!, "outbox.db"),
  maxBytes: 500_000_000,
  keepMs: 86_400_000,
  log,
});
const polling = new Polling({
  outbox,
  snmp: { get: async () => [], walk: async () => [] },
  log,
  timings: { flushMs: 20 },
});
polling.attach({
  signal: new AbortController().signal,
  send: (message) => {
    if (message.type === "poll-results") process.send?.(message);
    return true;
  },
});
process.on("message", (ack) => polling.acknowledged(ack as { outboxId: string; upTo: number }));

// Numbers go on where the run before ended.
const newest = outbox.take(1_000_000).at(-1);
const inOutbox = newest
  ? (JSON.parse(newest.body) as { samples: [string, string, number][] }).samples[0]![2]
  : 0;
let next = Math.max(inOutbox, Number(process.argv[3])) + 1;
function work(): void {
  const first = next;
  for (let k = 0; k < 50; k += 1, next += 1) {
    outbox.append({ planId: "p", planVersion: 1, device: "d", atMs: Date.now(), samples: [["n", "", next]] });
  }
  outbox.flush();
  process.send?.({ type: "stored", first, last: next - 1 });
  setTimeout(work, 1);
}
work();
