import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { getFile, putFile, type TftpError } from "./index.ts";
import { deadPort } from "./test-support/dead-port.ts";
import { ack, data, error, oack, startScriptedServer } from "./test-support/scripted-server.ts";

const FILE = { host: "127.0.0.1", name: "capture" };

test("whatever its end, a transfer leaves no timer and no socket", async () => {
  const silent = await startScriptedServer((datagram) => (datagram[1] === 2 ? [oack("blksize", "512")] : []));
  const good = await startScriptedServer((datagram) => {
    if (datagram[1] === 1) return [data(1, "whole")];
    if (datagram[1] === 2) return [ack(0)];
    return [ack(datagram.readUInt16BE(2))];
  });
  const refusing = await startScriptedServer(() => [error(2, "no")]);
  const strict = await startScriptedServer((datagram) =>
    datagram.includes("blksize") ? [error(8, "no options")] : [],
  );
  const dead = await deadPort();
  const before = openResources();
  const bytes = Buffer.alloc(2000);
  const file = { ...FILE, retransmitMs: 60_000, deadlineMs: 100_000 };
  const transfers = (signal: AbortSignal) => [
    putFile({ ...file, port: good.port, data: bytes }),
    putFile({ ...file, port: good.port, data: Buffer.alloc(0) }),
    getFile({ ...file, port: good.port }),
    getFile({ ...file, port: good.port, maxBytes: 4 }),
    putFile({ ...file, port: refusing.port, data: bytes }),
    getFile({ ...file, port: refusing.port }),
    putFile({ ...file, port: silent.port, data: bytes, deadlineMs: 100 }),
    getFile({ ...file, port: dead, deadlineMs: 100 }),
    putFile({ ...file, port: strict.port, data: bytes, deadlineMs: 100 }),
    putFile({ ...file, port: dead, data: bytes, signal }),
    getFile({ ...file, host: "no-such-host.invalid", port: 69 }),
    abortedBeforeItsSocketOpens(dead),
  ];
  // Three of each: one timer more or less may be the test runner's own.
  const signal = AbortSignal.timeout(50);
  const started = [transfers(signal), transfers(signal), transfers(signal)];
  for (const outcomes of await Promise.all(started.map((each) => Promise.allSettled(each)))) {
    const codes = outcomes.map((outcome) =>
      outcome.status === "fulfilled" ? "done" : (outcome.reason as TftpError).code,
    );
    expect(codes).toEqual([
      "done",
      "done",
      "done",
      "TFTP_TOO_LARGE",
      "TFTP_REFUSED",
      "TFTP_REFUSED",
      "TFTP_TIMEOUT",
      "TFTP_TIMEOUT",
      "TFTP_TIMEOUT",
      "TFTP_ABORTED",
      "TFTP_UNREACHABLE",
      "TFTP_ABORTED",
    ]);
  }
  // A socket closes within some turns of the loop; a timer left behind would stay for a minute.
  for (let turn = 0; turn < 100 && openResources() > before + 1; turn += 1) await sleep(10);
  expect(openResources()).toBeLessThanOrEqual(before + 1);
});

function openResources(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "UDPWrap" || kind === "Timeout").length;
}

async function abortedBeforeItsSocketOpens(port: number): Promise<void> {
  const controller = new AbortController();
  const transfer = putFile({ ...FILE, port, data: Buffer.alloc(1), signal: controller.signal });
  // The socket opens in the tick after the microtasks in which the transfer begins.
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  controller.abort();
  await transfer;
}
