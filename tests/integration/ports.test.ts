import { expect, test } from "vitest";
import { lostFiles, total } from "../../scripts/bench/ports/account.ts";
import { runPorts } from "../../scripts/bench/ports/run.ts";

const SECONDS = 20;
const RF_PORTS = 24;

test("24 ports live at once on one backend and one agent lose no file: each is a frame at its viewer, or named", async () => {
  const { ports, seconds, simulator, received, sessions } = await runPorts({
    seconds: SECONDS,
    rfPorts: RF_PORTS,
  });
  expect(ports).toHaveLength(RF_PORTS);
  expect(lostFiles(ports)).toBe(0);
  expect(total(ports, "surplus")).toBe(0);
  expect(simulator).toEqual({ uploaded: received, failed: 0, underWay: 0 });
  // Two captures a second, less what a busy machine lets slip: a port that stood still would be seen.
  for (const { files } of ports) expect(files).toBeGreaterThan(seconds);
  for (const session of sessions) expect(session).toMatchObject({ state: "receiving", failure: null });
}, 180_000);
