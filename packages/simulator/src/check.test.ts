import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, test } from "vitest";
import { checkSimulator } from "./check.ts";
import { Simulator } from "./index.ts";

const build = { version: "1.2.3", commit: "0123456789", dirty: true, builtAt: "2026-01-01T00:00:00.000Z" };
const simCommunities = { read: "public", write: "private" };

async function startOne() {
  const simulator = await Simulator.start({
    build,
    devices: [
      { name: "one", personality: "e6000", port: 0, readCommunity: "public", writeCommunity: "private" },
    ],
  });
  return {
    simulator,
    settings: { simHost: "0.0.0.0", simSnmpPort: simulator.devices[0]!.port, simCommunities },
  };
}

test("the check is the answer of the simulated CMTS, which ends with the build", async () => {
  const { simulator, settings } = await startOne();
  await using _simulator = simulator;
  expect(await checkSimulator(settings)).toMatch(
    /PNM Lab CMTS simulator, ARRIS .*, PNM Lab simulator 1\.2\.3 \(0123456789-dirty\)$/,
  );
});

test("the check fails where the community is another, and where nothing runs", async () => {
  const { simulator, settings } = await startOne();
  await expect(
    checkSimulator({ ...settings, simCommunities: { read: "other", write: "other" } }),
  ).rejects.toThrow("PNMLAB_SIM_COMMUNITIES");
  await simulator.close();
  await expect(checkSimulator(settings)).rejects.toThrow("gives no SNMP answer");
});

test("the check fails where something else answers", async () => {
  const stranger = createSocket("udp4");
  stranger.on("message", (_datagram, from) => stranger.send("hello", from.port, from.address));
  stranger.bind(0, "127.0.0.1");
  await once(stranger, "listening");
  const settings = { simHost: "127.0.0.1", simSnmpPort: stranger.address().port, simCommunities };
  await expect(checkSimulator(settings)).rejects.toThrow("no SNMP response");
  stranger.close();
});
