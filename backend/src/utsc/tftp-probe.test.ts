import { utscCfg } from "@pnmlab/docsis-mib";
import type { TftpProbe, TftpProbeRungName } from "@pnmlab/protocol";
import type { Fault, PersonalityName } from "@pnmlab/simulator";
import { expect, test } from "vitest";
import { startChain } from "../_test/utsc/chain.ts";
import { until } from "../_test/utsc/fixture.ts";

const PATIENCE_MS = 3000;
const startProbed = (personality: PersonalityName, probePatienceMs = PATIENCE_MS) =>
  startChain(personality, undefined, { probePatienceMs });

function outcomes({ rungs }: TftpProbe): Record<string, string> {
  return Object.fromEntries(rungs.map(({ rung, outcome }) => [rung, outcome]));
}

async function isIdle(chain: Awaited<ReturnType<typeof startChain>>): Promise<void> {
  expect(chain.sessions()).toEqual([]);
  await expect.poll(chain.files, { timeout: 5000 }).toEqual([]);
  expect(chain.publisher.frames).toEqual([]);
  expect(chain.store.list().every(({ desired, settled }) => desired === "stopped" && settled)).toBe(true);
}

test.each(["generic", "e6000", "casa-c100g", "casa-evo", "cisco-cbr8"] as const)(
  "on a %s one capture goes all the way, and leaves row, directory and session list as they were",
  async (personality) => {
    const chain = await startProbed(personality);
    const rows = () => chain.snmp.walk(chain.target, `${utscCfg.rowStatus.oid}.${chain.rfPort}`);
    const names = () => chain.snmp.walk(chain.target, `${utscCfg.filename.oid}.${chain.rfPort}`);
    // A Casa writes the name of its newest file into the column itself.
    const read = async () => ({
      rows: await rows(),
      names: personality === "casa-c100g" ? undefined : await names(),
    });
    const before = await read();
    const probe = await chain.probe();
    expect(probe).toMatchObject({ ok: true, failedRung: null });
    const { upload, ...others } = outcomes(probe);
    expect(new Set(Object.values(others))).toEqual(new Set(["ok"]));
    expect(["ok", "notTold"]).toContain(upload);
    expect(await read()).toEqual(before);
    await isIdle(chain);
    expect(chain.sinkFiles).toEqual([]);
  },
);

interface Broken {
  rung: TftpProbeRungName;
  personality?: PersonalityName;
  fault: (port: number) => Fault;
  says: RegExp;
  patienceMs?: number;
}

const object = (name: string, operation: "get" | "set", behaviour: object): Fault =>
  ({ kind: "object", object: name, operations: [operation], behaviour }) as Fault;
const upload = (behaviour: object) => (): Fault => ({ kind: "upload", behaviour }) as Fault;

const broken: Broken[] = [
  {
    rung: "snmp",
    fault: () => ({ kind: "network", frozen: true }),
    says: /could not be read over SNMP: CMTS cmts does not answer in time: .*127\.0\.0\.1/i,
  },
  { rung: "port", fault: (rfPort) => ({ kind: "otherManager", rfPort }), says: /port is not free: .*busy/ },
  {
    rung: "destination",
    fault: () =>
      object("docsPnmBulkDataTransferCfgDestHostIpAddress", "set", { kind: "error", status: "noAccess" }),
    says: /destination row was not taken: .*noAccess/,
  },
  {
    rung: "row",
    fault: () => object("docsPnmCmtsUtscCfgSpan", "set", { kind: "error", status: "inconsistentValue" }),
    says: /capture row was not taken: .*Span.*inconsistentValue/,
  },
  {
    rung: "start",
    personality: "e6000",
    fault: (rfPort) => ({ kind: "resources", rfPort }),
    says: /capture was not started: .*InitiateTest/,
  },
  {
    rung: "measured",
    fault: (rfPort) => ({ kind: "resources", rfPort }),
    says: /did not measure: MeasStatus reads resourceUnavailable/,
  },
  {
    rung: "upload",
    fault: upload({ kind: "unreachable" }),
    says: /could not send the file: .*cannot reach 127\.0\.0\.1:\d+\/udp\. Check route and firewall/,
  },
  {
    rung: "arrived",
    fault: upload({ kind: "late", delayMs: 60_000 }),
    says: /^The CMTS measured but no file arrived within 3 s: it cannot reach 127/,
  },
  {
    rung: "decoded",
    fault: upload({ kind: "truncated", share: 0.5 }),
    says: /could not be read: .*refused/,
    // A file is waited for before it counts as one that grows no more.
    patienceMs: 10_000,
  },
];

test.each(broken)(
  "a break at the rung $rung is named as such",
  async ({ rung, personality, fault, says, patienceMs }) => {
    const chain = await startProbed(personality ?? "generic", patienceMs);
    const mend = chain.inject(fault(chain.rfPort));
    const probe = await chain.probe();
    expect(probe).toMatchObject({ ok: false, failedRung: rung, sentence: expect.stringMatching(says) });
    const at = probe.rungs.findIndex((one) => one.rung === rung);
    expect(probe.rungs[at]!.fix).not.toBe("");
    for (const { outcome } of probe.rungs.slice(0, at)) expect(["ok", "notTold"]).toContain(outcome);
    for (const { outcome } of probe.rungs.slice(at + 1, -1)) expect(outcome).toBe("notReached");
    mend();
    if (rung !== "snmp") await isIdle(chain);
  },
);

test("on a CMTS that makes a removed row anew only after a pause the way is tested again at once", async () => {
  const chain = await startProbed("cisco-cbr8");
  expect(await chain.probe()).toMatchObject({ ok: true, failedRung: null });
  expect(await chain.probe()).toMatchObject({ ok: true, failedRung: null });
});

test("without an agent the first rung says so, in the agent's words", async () => {
  const chain = await startProbed("generic");
  await chain.stopAgent();
  await until(() => !chain.snmp.available);
  const probe = await chain.probe();
  expect(probe).toMatchObject({ ok: false, failedRung: "agent" });
  expect(probe.sentence).toContain(chain.snmp.sentence);
});

test("a capture whose row cannot be cleared fails the last rung, and is cleared when the CMTS lets it", async () => {
  const chain = await startProbed("generic");
  const fault = object("docsPnmCmtsUtscCfgStatus", "set", { kind: "error", status: "genErr" });
  const probing = chain.probe();
  await until(() => chain.measStatus() === "busy" || chain.measStatus() === "sampleReady");
  const mend = chain.inject(fault);
  const probe = await probing;
  expect(outcomes(probe)).toMatchObject({ decoded: "ok", cleaned: "failed" });
  expect(probe.failedRung).toBe("cleaned");
  mend();
  await until(() => chain.store.list().every(({ settled }) => settled), 10_000);
});

test("the port of a session is left to it, and a start beside a probe is refused", async () => {
  const chain = await startProbed("generic");
  const { id } = await chain.start();
  expect(await chain.probe()).toMatchObject({ ok: false, failedRung: "port" });
  await until(() => chain.session(id).state === "receiving", 10_000);
  await chain.stop(id);
  const probing = chain.probe();
  await until(() => chain.store.list().length === 2);
  await expect(chain.start()).rejects.toMatchObject({ code: "UTSC_PROBE_BUSY" });
  expect((await probing).ok).toBe(true);
  expect(chain.sessions()).toMatchObject([{ id, state: "stopped" }]);
  await chain.closeBackend();
  chain.openBackend();
  expect(chain.sessions()).toMatchObject([{ id, state: "stopped" }]);
});

test("a backend that starts anew clears up after the probe that it was making, and captures no further", async () => {
  const chain = await startProbed("generic");
  chain.inject(upload({ kind: "late", delayMs: 60_000 })());
  const probing = chain.probe().catch((error: unknown) => error);
  await until(() => chain.measStatus() !== undefined);
  await chain.closeBackend();
  expect(await probing).toMatchObject({ code: "CLOSED" });
  chain.openBackend();
  await until(() => chain.store.list().every(({ settled }) => settled), 10_000);
  expect(chain.measStatus()).toBeUndefined();
});
