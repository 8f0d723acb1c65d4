import type { PortLevels } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { levelsProbe } from "./levels.ts";

const NOW_MS = new Date(2026, 0, 2, 10, 20, 30).getTime();
const port: PortLevels = {
  cmtsId: "cmts-1",
  rfPortIfIndex: 72,
  rfPortName: "us-conn 1/0",
  endedMs: null,
  medianDb: 2.9,
  channels: 5,
  channelsOff: 4,
  areOff: true,
};

test("health names each port whose levels are off as a whole, by how much, on how many channels, and what to check", async () => {
  let levels: PortLevels[] = [];
  const probe = levelsProbe(
    () => ({ levels }),
    () => NOW_MS,
  );
  const look = async () => {
    const { status, detail } = await probe.run();
    return `${status}: ${detail}`;
  };
  expect(await look()).toMatch(/^ok: no capture/);
  levels = [{ ...port, medianDb: 0.2, channelsOff: 0, areOff: false }];
  expect(await look()).toBe("ok: the levels of 1 port stand as set");
  levels.push(port);
  expect(await look()).toBe(
    "degraded: levels of cmts-1 us-conn 1/0 stand 2.9 dB over what the CMTS sets on 4 of 5 channels: check K or the offset (PNMLAB_UTSC_SAMPLES; the live page of the port says which)",
  );
  const endedMs = new Date(2026, 0, 2, 9, 12, 7).getTime();
  levels.push({ ...port, rfPortName: "us-conn 1/1", endedMs, medianDb: -1.8 });
  const lines = (await look()).split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain("us-conn 1/1, last captured 09:12:07, stood 1.8 dB under what the CMTS sets");
});
