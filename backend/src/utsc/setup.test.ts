import { setTimeout as delay } from "node:timers/promises";
import { utscCfg } from "@pnmlab/docsis-mib";
import { scenarios } from "@pnmlab/simulator";
import { expect, test } from "vitest";
import { startChain } from "../_test/utsc/chain.ts";
import { until } from "../_test/utsc/fixture.ts";

const E6000_CORE = "commscope-e6000-core";

test.each([
  ["generic", "generic", "no known vendor"],
  ["e6000", E6000_CORE, '"ARRIS"'],
  ["e6000-iccap", "commscope-e6000-iccap", "I-CCAP"],
  ["casa-c100g", "casa-c100g", '"CASA"'],
  ["casa-evo", "casa-evo", '"CASA DCTS VCCAP"'],
  ["cisco-cbr8", "cisco-cbr8", '"Cisco IOS"'],
] as const)("a CMTS of personality %s is known as %s", async (personality, profile, words) => {
  const chain = await startChain(personality);
  const { view } = await chain.profiles.of("cmts", chain.target);
  expect(view).toMatchObject({ id: profile, isOverridden: false, detectedId: profile });
  expect(view.detectedBy).toContain(words);
});

test("a profile chosen by hand applies until it is taken back", async () => {
  const chain = await startChain("generic");
  chain.profiles.choose("cmts", E6000_CORE);
  expect((await chain.options()).profile).toMatchObject({
    id: E6000_CORE,
    isOverridden: true,
    detectedId: "generic",
  });
  await expect(chain.start({ spanHz: 85_000_000 })).rejects.toMatchObject({
    code: "UTSC_NOT_OFFERED",
    details: { field: "spanHz", rule: "span.wideband" },
  });
  chain.profiles.choose("cmts", null);
  expect((await chain.options()).profile.id).toBe("generic");
  expect(() => chain.profiles.choose("cmts", "nobody")).toThrow("there is no vendor profile nobody");
});

test("the options of a port join its capability row with the profile, also with one that is only looked at", async () => {
  const chain = await startChain("e6000");
  const { fields, rfPortName, profile } = await chain.options();
  const field = (name: string) => fields.find((one) => one.field === name)!;
  expect(fields).toHaveLength(23);
  expect(profile.quirks.map(({ id }) => id)).toContain("files.tenPerRun");
  expect(field("triggerMode")).toMatchObject({
    state: "open",
    values: ["freeRunning", "idleSid", "cmMac"],
    defaultValue: "freeRunning",
    rules: [{ source: { kind: "capability", name: rfPortName } }, { source: { kind: "profile" } }],
  });
  expect(field("averaging")).toMatchObject({ state: "fixed", fixedValue: 0 });
  expect(field("destinationIndex")).toMatchObject({ state: "open", defaultValue: 1 });
  expect(field("cmMacAddr").usedByTriggerModes).toEqual(["cmMac"]);
  const asGeneric = await chain.options("generic");
  expect(asGeneric.profile).toMatchObject({ id: "generic", isOverridden: true, detectedId: E6000_CORE });
});

test("a dry run shows every SET of a start and sends none", async () => {
  const chain = await startChain("generic");
  const run = await chain.dryRun({ qualifyThresholdTenthDb: -450, averaging: 4 });
  expect(run).toMatchObject({ verdict: "ready", refusals: [], filesPerRun: 1200, session: null });
  expect(run.row).toMatchObject({ cfgIndex: 1, exists: false });
  expect(run.sets[0]).toMatchObject({ part: "destination", valueName: "createAndWait", onRefusal: "stop" });
  const column = (field: string) => run.sets.find((one) => one.field === field)!;
  expect(column("spanHz")).toMatchObject({
    part: "configure",
    type: "Unsigned32",
    value: 80_000_000,
    currentValue: null,
    changes: true,
    refusedBy: null,
  });
  expect(column("outputFormat")).toMatchObject({ type: "Integer", value: 2, valueName: "fftPower" });
  expect(column("qualifyThresholdTenthDb")).toMatchObject({ type: "Integer", value: -450 });
  expect(column("averaging").value).toBe(4);
  expect(run.sets.at(-1)).toMatchObject({ part: "start", value: 1, valueName: "true" });
  expect(run.snmpset).toContain(
    `snmpset -v2c -c "$COMMUNITY" udp:${chain.target.host}:${chain.target.port} ${utscCfg.spanHz.oid}.${chain.rfPort}.1 u 80000000`,
  );
  expect(run.snmpset.join()).toContain(" x 7f000001");
  expect(await chain.snmp.walk(chain.target, utscCfg.triggerMode.oid)).toEqual([]);
  expect(chain.measStatus()).not.toBe(3);
});

test("a dry run greys what the row says already, and marks what is refused with its rule", async () => {
  const chain = await startChain("e6000");
  const run = await chain.dryRun({
    centerFrequencyHz: 50_000_000,
    spanHz: 85_000_000,
    repeatPeriodUs: 120_000,
  });
  expect(run.verdict).toBe("refused");
  expect(run.sentence).toMatch(/^1 value refused: Span 85 MHz .* Nothing has been sent to the CMTS\.$/);
  const column = (field: string) => run.sets.find((one) => one.field === field)!;
  expect(column("spanHz")).toMatchObject({ refusedBy: "span.wideband", currentValue: 80_000_000 });
  expect(column("centerFrequencyHz")).toMatchObject({ changes: false, currentValue: 50_000_000 });
  expect(run.snmpset.some((line) => line.includes(utscCfg.spanHz.oid))).toBe(false);
  expect(run.warnings).toMatchObject([{ field: "repeatPeriodUs", expectedValue: 150_000 }]);
  expect(run.filesPerRun).toBe(10);
});

test("a timestamp that is past is refused before SNMP, and one to come is captured at once", async () => {
  const chain = await startChain("generic");
  const timed = { triggerMode: "timestamp" as const };
  const past = await chain.dryRun({ ...timed, timestampTicks: 1 });
  expect(past.refusals).toMatchObject([{ field: "timestampTicks", rule: "timestampTicks.future" }]);
  expect(past.upTimeTicks).toBeGreaterThanOrEqual(1);
  await expect(chain.start({ ...timed, timestampTicks: 1 })).rejects.toMatchObject({
    code: "UTSC_NOT_OFFERED",
    details: { field: "timestampTicks", rule: "timestampTicks.future" },
  });
  const timestampTicks = past.upTimeTicks! + 200;
  const { id } = await chain.start({
    ...timed,
    timestampTicks,
    repeatPeriodUs: 100_000,
    freeRunDurationMs: 500,
  });
  await until(() => !["armed", "configuring", "idle"].includes(chain.session(id).state));
  await until(() => ["stopped", "failed"].includes(chain.session(id).state), 20_000);
  expect(chain.session(id)).toMatchObject({ state: "stopped", failure: null, rearms: 0 });
  expect(chain.publisher.frames.length).toBe(5);
});

test("what a dry run shows is what a start sends", async () => {
  const chain = await startChain("generic");
  const before = await chain.dryRun({ bins: 400 });
  const { id } = await chain.start({ bins: 400 });
  await until(() => chain.publisher.frames.length > 2);
  const written = chain
    .columns(id)
    .flatMap(({ field, written: value }) => (value === null ? [] : [[field, value]]));
  expect(Object.fromEntries(written)).toEqual(before.effective);
  const after = await chain.dryRun({ bins: 800 });
  expect(after.session).toMatchObject({ id });
  expect(
    after.sets.filter(({ part, changes }) => part === "configure" && changes).map(({ field }) => field),
  ).toEqual(["fileName", "bins"]);
  await chain.stop(id);
});

test("a value that the CMTS changes is told as asked, written, accepted and observed", async () => {
  const chain = await startChain("e6000");
  const { id } = await chain.start({ repeatPeriodUs: 120_000 });
  await until(() => chain.publisher.frames.length > 3);
  const column = (field: string) => chain.columns(id).find((one) => one.field === field)!;
  expect(column("repeatPeriodUs")).toMatchObject({
    requested: 120_000,
    written: 120_000,
    accepted: 150_000,
    verdict: "changed",
  });
  expect(column("bins")).toMatchObject({ accepted: 800, observed: 800, verdict: "asWritten" });
  expect(column("window")).toMatchObject({
    requested: null,
    written: "rectangular",
    accepted: "rectangular",
  });
  expect(column("sid")).toMatchObject({ written: null, verdict: "notWritten" });
  await chain.stop(id);
});

test.each(["generic", "e6000", "cisco-cbr8"] as const)(
  "modems of a %s are found by a part of their address, with channels and ports",
  async (personality) => {
    const chain = await startChain(personality, scenarios.plant);
    const truth = chain.simulator.truth("cmts", chain.nextRfPort);
    const { macAddress } = truth.modems[1]!;
    const found = await chain.modems.search("cmts", macAddress.toUpperCase().replaceAll(":", "-"), 5);
    expect(found).toMatchObject({ total: 1, modems: [{ macAddress, isOnline: true }] });
    expect(found.modems[0]!.channels.map(({ ifIndex, rfPortIfIndex }) => [ifIndex, rfPortIfIndex])).toEqual(
      truth.channels.map(({ ifIndex }) => [ifIndex, chain.nextRfPort]),
    );
    const all = await chain.modems.search("cmts", "", 5);
    expect(all.modems).toHaveLength(5);
    expect(all.total).toBeGreaterThan(20);
    const channel = truth.channels[0]!.ifIndex;
    const sending = await chain.modems.search("cmts", "", 1000, [channel]);
    expect(sending.total).toBeGreaterThan(0);
    expect(sending.modems.every(({ channels }) => channels.some(({ ifIndex }) => ifIndex === channel))).toBe(
      true,
    );
    expect((await chain.modems.search("cmts", "", 5, [1])).total).toBe(0);
    await expect(chain.modems.find("cmts", "02:00:00:00:00:01")).rejects.toMatchObject({
      code: "CMTS_MODEM_UNKNOWN",
    });
  },
);

test.each(["generic", "e6000"] as const)(
  "on a %s a capture of one modem finds its channel, and shows only bursts of it",
  async (personality) => {
    const chain = await startChain(personality, scenarios.plant);
    const truth = chain.simulator.truth("cmts", chain.rfPort);
    const { macAddress } = truth.modems[0]!;
    const triggerMode = "cmMac";
    const { id } = await chain.start({ triggerMode, cmMacAddr: macAddress });
    await until(() => chain.publisher.frames.length > 12, 20_000);
    const column = (field: string) => chain.columns(id).find((one) => one.field === field)!;
    expect(column("triggerMode").accepted).toBe("cmMac");
    expect(column("cmMacAddr").accepted).toBe(macAddress);
    expect(truth.channels.map(({ ifIndex }) => ifIndex)).toContain(column("logicalChIfIndex").accepted);
    expect(chain.session(id)).toMatchObject({ state: "receiving", failure: null, framesDropped: 0 });
    await chain.stop(id);

    const elsewhere = chain.simulator.truth("cmts", chain.nextRfPort).modems[0]!.macAddress;
    await expect(chain.start({ triggerMode, cmMacAddr: elsewhere })).rejects.toMatchObject({
      code: "UTSC_MODEM_NOT_OFFERED",
    });
    await expect(chain.start({ triggerMode })).rejects.toMatchObject({
      code: "UTSC_NOT_OFFERED",
      details: { field: personality === "generic" ? "cmMacAddr" : "logicalChIfIndex" },
    });
    await expect(
      chain.start({ triggerMode, cmMacAddr: macAddress, logicalChIfIndex: chain.rfPort }),
    ).rejects.toMatchObject({ code: "UTSC_CHANNEL_NOT_OFFERED" });
  },
);

test("the squelch of the CMTS keeps back what is below its threshold", async () => {
  const chain = await startChain("generic");
  const band = { qualifyCenterFrequencyHz: 20_000_000, qualifyBandwidthHz: 1_000_000 };
  const { id } = await chain.start({ ...band, qualifyThresholdTenthDb: 500 });
  await until(() => chain.session(id).measStatus === "busy");
  await delay(3000);
  expect(chain.publisher.frames).toEqual([]);
  // Nothing that passes is nothing wrong.
  expect(chain.session(id)).toMatchObject({ state: "running", rearms: 0, failure: null });
  await chain.start({ ...band, qualifyThresholdTenthDb: -500 });
  await until(() => chain.publisher.frames.length > 3);
  const column = (field: string) => chain.columns(id).find((one) => one.field === field)!;
  expect(column("qualifyCenterFrequencyHz")).toMatchObject({ accepted: 20_000_000, verdict: "asWritten" });
  expect(column("qualifyThresholdTenthDb").accepted).toBe(-500);
  await chain.stop(id);
});
