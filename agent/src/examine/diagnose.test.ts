import { createSocket } from "node:dgram";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { loadConfig } from "@pnmlab/config";
import { expect, test } from "vitest";
import type { AgentLog } from "../log.ts";
import { diagnose } from "./diagnose.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} } as unknown as AgentLog;

async function closedPort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

test.each([
  [false, "not asked"],
  [true, "not reached"],
] as const)(
  "behind a closed port nothing was reached; writing (asked for: %s) is %s",
  async (writeTest, state) => {
    const { config } = loadConfig("agent", {
      rootDir: tmpdir(),
      env: { PNMLAB_AGENT_TOKEN: "t".repeat(40) },
    });
    const address = `127.0.0.1:${await closedPort()}`;
    const rows = await diagnose(config, { address, profile: "sim", writeTest, log: silent });
    const states = Object.fromEntries(rows.map((row) => [row.name, row.state]));
    expect(states).toMatchObject({
      policy: "ok",
      udp: "failed",
      credentials: "not reached",
      sysDescr: "not reached",
      "pnm-mib": "not reached",
      write: state,
      clock: "not reached",
    });
    expect(rows.find(({ name }) => name === "sysDescr")?.message).toMatch(/^UDP \d+ did not answer$/);
  },
);
