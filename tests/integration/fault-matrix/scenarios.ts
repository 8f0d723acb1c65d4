import { rename } from "node:fs/promises";
import { sleep } from "@pnmlab/kit";
import type { Arrivals } from "./arrivals.ts";
import type { Look, Scenario } from "./scenario.ts";

/** Files come meanwhile that nobody takes. */
const AWAY_MS = 600;
const FINE: Look = { state: "receiving", words: /^Receiving\.$/ };
const NO_FILE = /^Stalled, no file .*The CMTS says/;
const STALLED = String.raw`^Stalled, no file (?:yet|since [\d:]+)\. `;
const UPLOAD_FAILED = new RegExp(
  String.raw`${STALLED}Upload failed: the CMTS says error of pnmlab_\w+_\d.*, 127\.0\.0\.1 at UDP \d+ did not take it\.`,
);
const DIRECTORY_GONE = /TFTP directory: \S+ does not exist/;
const SILENT = /CMTS f\d+-[a-z]+ does not answer in time: .*127\.0\.0\.1:\d+/;
const BUSY_BY_ANOTHER: Look = { state: "failed", words: /another user/i };
const ENDS_AS_TAKEN = { idle: "failed", configuring: "failed" } as const;

/** Faults of one CMTS, or of the way to it. */
export const cmtsScenarios: readonly Scenario[] = [
  {
    fault: "another manager has the port",
    inject: ({ simulator, cmtsId, rfPort }) => simulator.inject(cmtsId, { kind: "otherManager", rfPort }),
    harm: ({ simulator, cmtsId, rfPort }) =>
      simulator.measStatus(cmtsId, rfPort) === "busy" ? undefined : "the other manager's test was ended",
    faulty: BUSY_BY_ANOTHER,
    faultyIn: { stopping: { state: "stopped", words: /another user/i } },
    after: "failed",
    afterIn: ENDS_AS_TAKEN,
  },
  {
    fault: "resources unavailable",
    inject: (cell) => cell.inject({ kind: "resources" }),
    faulty: { state: "stalled", words: /resourceUnavailable/ },
  },
  {
    fault: "slow SNMP",
    inject: (cell) => cell.inject({ kind: "network", delayMs: 300, jitterMs: 150 }),
    faulty: FINE,
  },
  {
    fault: "lossy SNMP",
    inject: (cell) => cell.inject({ kind: "network", requestLoss: 0.08, responseLoss: 0.05 }),
    faulty: FINE,
  },
  {
    fault: "SNMP silent",
    inject: (cell) => cell.inject({ kind: "network", frozen: true }),
    faulty: { state: "stalled", words: SILENT },
    faultyIn: {
      idle: { state: "refused", words: SILENT },
      stopping: { state: "stopping", words: SILENT },
    },
  },
  {
    fault: "wrongValue for a column",
    inject: (cell) =>
      cell.inject({
        kind: "object",
        object: "docsPnmCmtsUtscCfgSpan",
        operations: ["set"],
        behaviour: { kind: "error", status: "wrongValue" },
      }),
    faulty: FINE,
    faultyIn: {
      idle: { state: "failed", words: /docsPnmCmtsUtscCfgSpan.*wrongValue/ },
      configuring: { state: "failed", words: /docsPnmCmtsUtscCfgSpan.*wrongValue/ },
    },
    afterIn: { idle: "failed", configuring: "failed" },
  },
  {
    fault: "wrongValue for start and stop",
    inject: (cell) =>
      cell.inject({
        kind: "object",
        object: "docsPnmCmtsUtscCtrlInitiateTest",
        operations: ["set"],
        behaviour: { kind: "error", status: "wrongValue" },
      }),
    faulty: { state: "stalled", words: /InitiateTest.*wrongValue/ },
    faultyIn: {
      idle: { state: "failed", words: /InitiateTest.*wrongValue/ },
      configuring: { state: "failed", words: /InitiateTest.*wrongValue/ },
      stopping: { state: "stopping", words: /InitiateTest.*wrongValue/ },
    },
    afterIn: { idle: "failed", configuring: "failed" },
  },
  {
    fault: "row silently reverted",
    inject: (cell) =>
      cell.inject({
        kind: "object",
        object: "docsPnmCmtsUtscCfgStatus",
        operations: ["set"],
        behaviour: { kind: "revertSet", afterMs: 0 },
      }),
    faulty: FINE,
    faultyIn: {
      idle: { state: "failed", words: /reads notInService/ },
      configuring: { state: "failed", words: /reads notInService/ },
    },
    afterIn: { idle: "failed", configuring: "failed" },
  },
  {
    fault: "start silently ignored",
    inject: (cell) =>
      cell.inject({
        kind: "object",
        object: "docsPnmCmtsUtscCtrlInitiateTest",
        operations: ["set"],
        behaviour: { kind: "ignoreSet" },
      }),
    faulty: { state: "stalled", words: NO_FILE },
  },
  {
    fault: "row gone",
    inject: ({ simulator, cmtsId, rfPort }) => {
      simulator.dropRows(cmtsId, rfPort);
      return () => {};
    },
    faulty: FINE,
  },
  {
    fault: "CMTS restarts in mid-capture",
    // Longer than a request waits for its answer.
    inject: ({ simulator, cmtsId }) => {
      simulator.reboot(cmtsId, 8000);
      return () => {};
    },
    faulty: { state: "stalled", words: SILENT },
    faultyIn: {
      idle: { state: "refused", words: SILENT },
      stopping: { state: "stopping", words: SILENT },
    },
  },
  {
    fault: "TFTP server unreachable",
    inject: (cell) => cell.inject({ kind: "upload", behaviour: { kind: "unreachable" } }),
    faulty: { state: "stalled", words: UPLOAD_FAILED },
  },
  {
    fault: "uploads 1.5 s late",
    inject: (cell) => cell.inject({ kind: "upload", behaviour: { kind: "late", delayMs: 1500 } }),
    faulty: FINE,
  },
  {
    fault: "uploads cut short",
    refusesFiles: true,
    inject: (cell) => cell.inject({ kind: "upload", behaviour: { kind: "truncated", share: 0.5 } }),
    faulty: { state: "stalled", words: /no readable file.*was refused/ },
  },
  {
    fault: "samples in the other byte order",
    inject: (cell) => cell.inject({ kind: "upload", behaviour: { kind: "otherByteOrder" } }),
    faulty: FINE,
    // Read as they are meant, and never without a word.
    harm: ({ session, state }) =>
      state === "stopping" || session?.observed?.mismatches?.some(({ what }) => what === "byteOrder")
        ? undefined
        : "nothing tells that the byte order is not the expected one",
  },
  {
    fault: "uploads that break off",
    inject: (cell) => cell.inject({ kind: "upload", behaviour: { kind: "broken", share: 0.5 } }),
    faulty: { state: "stalled", words: UPLOAD_FAILED },
  },
  {
    fault: "uploads that grow slowly",
    inject: (cell) => cell.inject({ kind: "upload", behaviour: { kind: "slow", octetsPerS: 1500 } }),
    faulty: FINE,
  },
  {
    fault: "clock an hour ahead",
    inject: (cell) => cell.inject({ kind: "clockSkew", skewMs: 3_600_000 }),
    faulty: FINE,
  },
  {
    fault: "clock an hour behind",
    inject: (cell) => cell.inject({ kind: "clockSkew", skewMs: -3_600_000 }),
    faulty: FINE,
  },
  {
    fault: "MeasStatus stuck at error",
    inject: ({ simulator, cmtsId, rfPort }) =>
      simulator.inject(cmtsId, { kind: "measStatus", rfPort, status: "error" }),
    faulty: { state: ["receiving", "stalled"], words: /The CMTS says error/ },
  },
  {
    fault: "MeasStatus stuck at busy",
    inject: ({ simulator, cmtsId, rfPort }) =>
      simulator.inject(cmtsId, { kind: "measStatus", rfPort, status: "busy" }),
    faulty: { state: "stalled", words: /busy/ },
    faultyIn: { stopping: { state: "stopping", words: /still says busy/ } },
  },
  {
    fault: "channels change under the port",
    inject: ({ simulator, cmtsId, rfPort }) => {
      simulator.modifyInterface(cmtsId, rfPort);
      return () => {};
    },
    faulty: FINE,
  },
];

/** Faults of what all sessions share. */
export function labScenarios(arrivals: Arrivals): readonly Scenario[] {
  return [
    {
      fault: "agent gone, then back",
      reach: "lab",
      inject: async ({ lab }) => {
        await lab.agent.close();
        return () => lab.startAgent({}).untilConnected();
      },
      faulty: { state: "stalled", words: /gent lab/ },
      faultyIn: {
        idle: { state: "refused", words: /gent lab/ },
        stopping: { state: ["stopping"], words: /gent lab/ },
      },
    },
    {
      fault: "backend restarted",
      reach: "lab",
      inject: async ({ lab, live }, cells) => {
        // What comes up to here is counted by the one backend, all that comes while it is away by the next.
        const holds = cells.map((cell) =>
          cell.inject({ kind: "upload", behaviour: { kind: "unreachable" } }),
        );
        await Promise.all(cells.map((cell) => cell.drainUnderWay()));
        await Promise.all(cells.map((cell) => cell.takeDownCounts()));
        await lab.restartBackend(async () => {
          for (const end of holds) end();
          await sleep(AWAY_MS);
        });
        await lab.agent.untilConnected();
        await live.connect();
        return () => {};
      },
      faulty: FINE,
    },
    {
      fault: "TFTP directory gone",
      reach: "lab",
      inject: async ({ lab }) => {
        const { tftpDir } = lab.config;
        await rename(tftpDir, `${tftpDir}-away`);
        return () => rename(`${tftpDir}-away`, tftpDir);
      },
      faulty: { state: "stalled", words: new RegExp(STALLED + DIRECTORY_GONE.source) },
      faultyIn: {
        stopping: {
          state: "stopping",
          words: new RegExp(
            String.raw`^Stopping\. The CMTS is idle, but files may be left: ${DIRECTORY_GONE.source}\. Trying again\.$`,
          ),
        },
      },
    },
    {
      fault: "TFTP directory full",
      reach: "lab",
      inject: async ({ lab }) => {
        await lab.restartTftp({ minFreeBytes: Number.MAX_SAFE_INTEGER });
        return async () => {
          await lab.restartTftp();
          arrivals.watch(lab);
        };
      },
      // The server keeps its own reserve free: what the disk has, it alone refuses.
      faulty: { state: "stalled", words: UPLOAD_FAILED },
    },
  ];
}
