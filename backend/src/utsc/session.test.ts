import { utscCfg, utscCtrl } from "@pnmlab/docsis-mib";
import { PnmLabError } from "@pnmlab/kit";
import { expect, test } from "vitest";
import { FakeCmts } from "../_test/utsc/fake-cmts.ts";
import { captureBytes, deliver, REQUEST, startFixture, until } from "../_test/utsc/fixture.ts";

test("a start configures, reads back, leases and initiates; files become frames; a stop clears everything", async () => {
  const fixture = startFixture();
  const { cmts, service, publisher, cleaner, store } = fixture;
  const started = await service.start(REQUEST);
  expect(started.state).toBe("configuring");
  expect(started.rfPortName).toBe("us-conn 0/1");
  await until(() => service.get(started.id)?.state === "running");
  expect(cmts.fileName).toBe(`pnmlab_${started.id}_c1`);
  expect([...cmts.leases.keys()]).toEqual([`utsc-${started.id}`]);

  for (let k = 0; k < 3; k += 1) deliver(fixture);
  const receiving = service.get(started.id)!;
  expect(receiving).toMatchObject({
    state: "receiving",
    sentence: "Receiving.",
    framesReceived: 3,
    framesDropped: 0,
    kHundredthsDb: -8600,
    measStatus: "busy",
    failure: null,
    accepted: { centerFrequencyHz: 45_000_000, bins: 800, freeRunDurationMs: 60_000, window: "hann" },
    observed: { bins: 800, outputFormat: "fftPower", fileLayout: "e6000-328", fileSizeBytes: 3528 },
  });
  const [first] = publisher.frames;
  expect(first).toMatchObject({
    streamId: 1,
    sequence: 1,
    firstBinHz: 5_000_000,
    binSpacingHz: 100_000,
    kHundredthsDb: -8600,
    gapBefore: false,
    uncalibrated: false,
  });
  expect(first!.levelsHundredthsDbmv[400]).toBe(400);

  cleaner.files.add(`${cmts.fileName}_left`);
  const stopped = await service.stop(started.id);
  expect(stopped).toMatchObject({ state: "stopped", desired: "stopped", failure: null });
  expect(stopped.sentence).toBe("Stopped. The CMTS is idle, the files are removed.");
  expect(cmts.hasRow).toBe(false);
  expect(cmts.leases.size).toBe(0);
  expect(cleaner.files.size).toBe(0);
  expect(store.list()).toMatchObject([{ desired: "stopped", settled: true }]);
  expect(publisher.states).toEqual(["configuring", "armed", "running", "receiving", "stopping", "stopped"]);
});

test("a session tells how its samples are read, and what of that the site has set", async () => {
  const samples = new Map([["lab-cmts-1", { timeOffsetDb: -60.2, binCal: "power" }]] as const);
  for (const set of [undefined, samples]) {
    const fixture = startFixture(new FakeCmts(), set && { samples: set });
    const { id } = await fixture.service.start(REQUEST);
    await until(() => fixture.service.get(id)?.state === "running");
    deliver(fixture);
    expect(fixture.service.get(id)?.observed?.samples).toEqual(
      set
        ? { byteOrder: "big", binCal: "power", timeOffsetDb: -60.2, set: ["binCal", "timeOffsetDb"] }
        : { byteOrder: "big", binCal: "cw", timeOffsetDb: 0, set: [] },
    );
  }
});

test("a row that the CMTS had before is used and left in place", async () => {
  const cmts = new FakeCmts();
  cmts.provide("factory");
  const { service } = startFixture(cmts);
  const { id } = await service.start(REQUEST);
  await until(() => service.get(id)?.state === "running");
  expect(cmts.fileName).toBe(`pnmlab_${id}_r1`);
  await service.stop(id);
  expect(cmts.hasRow).toBe(true);
  expect(cmts.isBusy).toBe(false);
});

test("a port that is busy with another user's test is left alone, in words", async () => {
  const cmts = new FakeCmts();
  cmts.provide("noc-script", 3);
  const { service } = startFixture(cmts);
  const { id } = await service.start(REQUEST);
  await until(() => service.get(id)?.state === "failed");
  expect(service.get(id)?.failure).toMatchObject({
    rung: "snmp",
    code: "UTSC_BUSY",
    message:
      'us-conn 0/1 is busy with a test that another user started, whose files are named "noc-script"; it was left alone',
  });
  await until(() => service.get(id)?.desired === "stopped");
  expect(cmts.sets).toEqual([]);
  expect(cmts.isBusy).toBe(true);
});

test("what the port does not offer is refused before anything is written", async () => {
  const { service, cmts } = startFixture();
  await expect(service.start({ ...REQUEST, outputFormat: "fftDb" })).rejects.toMatchObject({
    code: "UTSC_NOT_OFFERED",
    message: "us-conn 0/1 does not offer the output format fftDb; it offers timeIQ, fftPower",
  });
  await expect(service.start({ ...REQUEST, rfPortIfIndex: 5 })).rejects.toMatchObject({
    code: "UTSC_PORT_UNKNOWN",
  });
  await expect(service.start({ ...REQUEST, cmtsId: "other" })).rejects.toMatchObject({
    code: "UTSC_CMTS_UNKNOWN",
    message: "there is no CMTS other; configured are lab-cmts-1",
  });
  expect(cmts.sets).toEqual([]);
  expect(service.list()).toEqual([]);
});

test("a refused column that the capture needs ends the start by column, value and SNMP error, and the row goes", async () => {
  const fixture = startFixture();
  fixture.cmts.refusals.set(utscCfg.spanHz.oid, 10);
  const { id } = await fixture.service.start(REQUEST);
  await until(() => fixture.store.sessions.get(id)?.settled === true);
  expect(fixture.service.get(id)).toMatchObject({
    state: "failed",
    desired: "stopped",
    failure: {
      rung: "snmp",
      code: "UTSC_ROW_REFUSED",
      message:
        "the CMTS refused docsPnmCmtsUtscCfgSpan = 80000000 with wrongValue: the value is outside of what the CMTS offers",
    },
  });
  expect(fixture.cmts.hasRow).toBe(false);
});

test("a row that was made but could not even be named is removed", async () => {
  const fixture = startFixture();
  for (const object of Object.values(utscCfg)) {
    if (object !== utscCfg.rowStatus) fixture.cmts.refusals.set(object.oid, 17);
  }
  const { id } = await fixture.service.start(REQUEST);
  await until(() => fixture.store.sessions.get(id)?.settled === true);
  expect(fixture.service.get(id)?.state).toBe("failed");
  expect(fixture.cmts.hasRow).toBe(false);
});

test("a row that silently reverts is noticed", async () => {
  const fixture = startFixture();
  fixture.cmts.activatesTo = 2;
  const { id } = await fixture.service.start(REQUEST);
  await until(() => fixture.service.get(id)?.state === "failed");
  expect(fixture.service.get(id)?.failure).toMatchObject({ code: "UTSC_ROW_REVERTED" });
  expect(fixture.service.get(id)?.failure?.message).toContain("reads notInService");
});

test("starting twice answers the running session; other parameters change it under the same id", async () => {
  const fixture = startFixture();
  const { service, cmts, publisher } = fixture;
  const { id } = await service.start(REQUEST);
  await until(() => service.get(id)?.state === "running");
  deliver(fixture);
  const sets = cmts.sets.length;
  expect((await service.start(REQUEST)).id).toBe(id);
  expect(cmts.sets).toHaveLength(sets);

  const before = cmts.fileName;
  expect((await service.start({ ...REQUEST, bins: 1600 })).id).toBe(id);
  await until(() => service.get(id)?.state === "running");
  expect(service.get(id)).toMatchObject({
    requested: { bins: 1600 },
    accepted: { bins: 1600 },
    observed: null,
  });
  expect(cmts.fileName).toBe(`pnmlab_${id}_c2`);
  deliver(fixture, { baseName: before });
  expect(publisher.frames).toHaveLength(1);
  deliver(fixture, { bytes: captureBytes(1600) });
  expect(publisher.frames[1]).toMatchObject({ sequence: 2, gapBefore: true });
  expect(publisher.frames[1]!.levelsHundredthsDbmv).toHaveLength(1600);
  expect(service.list()).toHaveLength(1);
});

test("a run that ends is re-armed, and the gap is marked on the first frame after it", async () => {
  const fixture = startFixture();
  const { service, cmts, publisher } = fixture;
  const { id } = await service.start(REQUEST);
  await until(() => service.get(id)?.state === "running");
  for (let k = 0; k < 10; k += 1) deliver(fixture);
  cmts.endRun();
  await until(() => service.get(id)?.rearms === 1);
  expect(cmts.isBusy).toBe(true);
  const atMs = publisher.frames.at(-1)!.capturedAtMs + 175;
  await until(() => Date.now() >= atMs);
  deliver(fixture, { atMs });
  expect(publisher.frames.map(({ gapBefore }) => gapBefore)).toEqual([...Array(10).fill(false), true]);
  expect(service.get(id)).toMatchObject({ state: "receiving", rearms: 1 });
  // One period of 50 ms is none of the gap.
  expect(service.get(id)!.lastGapMs).toBe(125);
  expect(publisher.states).toEqual(["configuring", "armed", "running", "receiving"]);
});

test("from the second run on the end is seen with the last file, not with the next poll", async () => {
  const fixture = startFixture();
  const { service, cmts } = fixture;
  const { id } = await service.start({ ...REQUEST, repeatPeriodUs: 60_000_000 });
  for (let run = 1; run <= 3; run += 1) {
    await until(() => cmts.isBusy);
    deliver(fixture);
    cmts.endRun();
    await until(() => service.get(id)?.rearms === run);
  }
  // Three runs of one file each: waiting for the regular poll would have taken 1.5 s.
  expect(service.get(id)?.framesReceived).toBe(3);
});

test("a CMTS that has restarted is configured anew at once", async () => {
  const fixture = startFixture();
  const { service, cmts, publisher } = fixture;
  const { id } = await service.start(REQUEST);
  await until(() => service.get(id)?.state === "running");
  deliver(fixture);
  cmts.restart();
  await until(() => cmts.hasRow && cmts.isBusy);
  await until(() => service.get(id)?.state === "running");
  expect(cmts.fileName).toBe(`pnmlab_${id}_c2`);
  deliver(fixture);
  expect(publisher.frames[1]).toMatchObject({ gapBefore: true });
});

test("late files of a row that is gone become frames, and tell nothing of the new one", async () => {
  const fixture = startFixture();
  const { service, cmts, publisher } = fixture;
  const { id } = await service.start(REQUEST);
  await until(() => service.get(id)?.state === "running");
  deliver(fixture);
  const baseName = cmts.fileName!;
  cmts.restart();
  await until(() => service.get(id)?.state !== "receiving");
  deliver(fixture, { baseName });
  await until(() => cmts.hasRow && cmts.isBusy && service.get(id)?.state === "running");
  deliver(fixture, { baseName });
  expect(service.get(id)).toMatchObject({ state: "running", framesReceived: 3, framesDropped: 0 });
  deliver(fixture);
  expect(service.get(id)?.state).toBe("receiving");
  expect(publisher.frames.at(-1)).toMatchObject({ gapBefore: true, sequence: 4 });
});

test("a row that another user has configured meanwhile is left to that user", async () => {
  const fixture = startFixture();
  const { service, cmts } = fixture;
  const { id } = await service.start(REQUEST);
  await until(() => service.get(id)?.state === "running");
  deliver(fixture);
  cmts.provide("noc-script", 3);
  await until(() => service.get(id)?.state === "failed");
  expect(service.get(id)?.failure).toMatchObject({ code: "UTSC_TAKEN_OVER" });
  await until(() => fixture.store.sessions.get(id)?.settled === true);
  expect(cmts.isBusy).toBe(true);
  expect(cmts.fileName).toBe("noc-script");
  expect(cmts.leases.size).toBe(0);
});

test("a test that gives no files is re-armed several times, then everything is written anew", async () => {
  const fixture = startFixture();
  const { service, cmts, publisher } = fixture;
  // Every run ends at once without a file.
  cmts.onStart = () => void setImmediate(() => cmts.endRun());
  const { id } = await service.start(REQUEST);
  await until(
    () => publisher.sessions.some(({ sentence }) => sentence.includes("Re-arming, try 2 of 5")),
    15_000,
  );
  await until(() => cmts.fileName.endsWith("_c2"), 20_000);
  expect(service.get(id)?.desired).toBe("running");
  cmts.onStart = () => {};
  await until(() => cmts.isBusy, 20_000);
  deliver(fixture);
  expect(service.get(id)).toMatchObject({ state: "receiving", failure: null });
}, 60_000);

test("a lost agent is named, and the session goes on with its row when the agent is back", async () => {
  const fixture = startFixture();
  const { service, cmts } = fixture;
  const { id } = await service.start(REQUEST);
  await until(() => service.get(id)?.state === "running");
  deliver(fixture);
  cmts.setAvailable(false);
  expect(service.get(id)?.sentence).toBe("Receiving. Agent lab-1 lost since 09:41:00.");
  await until(() => service.get(id)?.state === "stalled");
  expect(service.get(id)?.failure).toMatchObject({ rung: "agent", code: "AGENT_UNAVAILABLE" });
  expect(service.get(id)?.sentence).toContain(
    "Agent lab-1 lost since 09:41:00. The session goes on when the agent is back.",
  );
  const sets = cmts.sets.length;
  cmts.leases.clear();
  cmts.setAvailable(true);
  await until(() => cmts.leases.size === 1);
  expect(cmts.sets).toHaveLength(sets);
  deliver(fixture);
  expect(service.get(id)).toMatchObject({ state: "receiving", failure: null });

  // The lease has run out while the agent was alone: the test is idle and must be started again.
  cmts.setAvailable(false);
  cmts.endRun(2);
  cmts.setAvailable(true);
  await until(() => cmts.isBusy);
  expect(cmts.fileName).toBe(`pnmlab_${id}_c1`);
});

test("a silent CMTS is waited for", async () => {
  const fixture = startFixture();
  const { service, cmts } = fixture;
  const { id } = await service.start(REQUEST);
  await until(() => service.get(id)?.state === "running");
  deliver(fixture);
  cmts.fault = new PnmLabError("SNMP_TIMEOUT", "10.0.0.1:161 did not answer");
  await until(() => service.get(id)?.state === "stalled");
  expect(service.get(id)?.failure).toMatchObject({ rung: "snmp", code: "SNMP_TIMEOUT" });
  cmts.fault = undefined;
  await until(() => service.get(id)?.failure === null);
  deliver(fixture);
  expect(service.get(id)?.state).toBe("receiving");
});

test("a stop without an agent is carried out when the agent is back, and says so", async () => {
  const fixture = startFixture();
  const { service, cmts, store } = fixture;
  const { id } = await service.start(REQUEST);
  await until(() => service.get(id)?.state === "running");
  cmts.setAvailable(false);
  const stopping = await service.stop(id);
  expect(stopping).toMatchObject({ state: "stopping", desired: "stopped", failure: { rung: "agent" } });
  expect(stopping.sentence).toBe(
    "Stopping. Agent lab-1 lost since 09:41:00. The test is ended and the row cleared when the agent is back.",
  );
  expect(store.sessions.get(id)).toMatchObject({ desired: "stopped", settled: false });
  cmts.setAvailable(true);
  await until(() => service.get(id)?.state === "stopped");
  expect(cmts.hasRow).toBe(false);
});

test("a backend that starts anew takes its running session up: same id, same stream, no new configuration", async () => {
  const fixture = startFixture();
  const { cmts } = fixture;
  const { id, streamId } = await fixture.service.start(REQUEST);
  await until(() => fixture.service.get(id)?.state === "running");
  const sets = cmts.sets.length;
  await fixture.restart();
  expect(fixture.service.list()).toMatchObject([{ id, streamId, desired: "running" }]);
  await until(() => fixture.service.get(id)?.state === "running");
  expect(cmts.sets).toHaveLength(sets);
  deliver(fixture);
  expect(fixture.service.get(id)).toMatchObject({ state: "receiving", framesReceived: 1 });
  await fixture.service.stop(id);
  expect(cmts.hasRow).toBe(false);
});

test("files that come before a new process has read its row are decoded once it has", async () => {
  const fixture = startFixture();
  const { cmts } = fixture;
  const { id } = await fixture.service.start(REQUEST);
  await until(() => fixture.service.get(id)?.state === "running");
  await fixture.restart();
  deliver(fixture);
  deliver(fixture);
  expect(fixture.service.get(id)).toMatchObject({ framesReceived: 0, framesDropped: 0 });
  await until(() => fixture.service.get(id)?.framesReceived === 2);
  expect(fixture.service.get(id)).toMatchObject({ state: "receiving", framesDropped: 0, failure: null });
  expect(fixture.publisher.frames.map(({ sequence }) => sequence)).toEqual([1, 2]);
  await fixture.service.stop(id);
  expect(cmts.hasRow).toBe(false);
});

test("a file of another configuration that a new process held is dropped, not decoded by the present one", async () => {
  const fixture = startFixture();
  const { id } = await fixture.service.start(REQUEST);
  await until(() => fixture.service.get(id)?.state === "running");
  await fixture.restart();
  deliver(fixture, { baseName: `pnmlab_${id}_c9` });
  await until(() => fixture.service.get(id)?.state === "running");
  expect(fixture.service.get(id)).toMatchObject({ framesReceived: 0, framesDropped: 1 });
});

test("a stop that the end of the process cut off is finished by the next one", async () => {
  const fixture = startFixture();
  const { cmts, store } = fixture;
  const { id } = await fixture.service.start(REQUEST);
  await until(() => fixture.service.get(id)?.state === "running");
  cmts.setAvailable(false);
  await fixture.service.stop(id);
  await fixture.restart();
  cmts.setAvailable(true);
  await until(() => store.sessions.get(id)?.settled === true);
  expect(cmts.hasRow).toBe(false);
  expect(fixture.service.get(id)?.state).toBe("stopped");
});

test("a probe that the end of the process cut off is cleared by the next one, and shown to nobody", async () => {
  const fixture = startFixture();
  const { cmts, store } = fixture;
  const { id } = await fixture.service.start(REQUEST);
  await until(() => fixture.service.get(id)?.state === "running");
  await fixture.service.close();
  store.save({ ...store.list()[0]!, desired: "stopped", isProbe: true });
  await fixture.restart();
  expect(fixture.service.list()).toEqual([]);
  await until(() => !cmts.hasRow && store.list().length === 0);
  expect(fixture.service.list()).toEqual([]);
});

test("a file that no decoder takes is counted and told, and the session goes on", async () => {
  const fixture = startFixture();
  const { service } = fixture;
  const { id } = await service.start(REQUEST);
  await until(() => service.get(id)?.state === "running");
  deliver(fixture);
  expect(() => deliver(fixture, { bytes: captureBytes().subarray(0, 500) })).toThrow("was refused");
  expect(service.get(id)).toMatchObject({
    state: "receiving",
    framesDropped: 1,
    failure: { rung: "file", code: "UTSC_FILE_REFUSED" },
  });
  deliver(fixture);
  expect(service.get(id)).toMatchObject({ framesReceived: 2, failure: { rung: "file" } });
  expect(fixture.publisher.frames[1]?.gapBefore).toBe(true);
});

test("files of settled sessions go, those of sessions we do not know stay", async () => {
  const fixture = startFixture();
  const { id } = await fixture.service.start(REQUEST);
  await until(() => fixture.service.get(id)?.state === "running");
  const name = fixture.cmts.fileName;
  await fixture.service.stop(id);
  expect(fixture.service.claim(`${name}_late`)).toMatchObject({ removeAfter: true });
  expect(fixture.service.claim("pnmlab_ffffffffff_c1_x")).toMatchObject({ removeAfter: false });
  expect(fixture.service.claim("PNMCcapUsSpecAn_x")).toBeUndefined();
  fixture.cleaner.files.add(`${name}_crash`).add("pnmlab_ffffffffff_c1_x");
  await fixture.restart();
  await until(() => fixture.cleaner.files.size === 1);
  expect([...fixture.cleaner.files]).toEqual(["pnmlab_ffffffffff_c1_x"]);
});

test("figures are published at most four times a second, states at once", async () => {
  const fixture = startFixture();
  const { id } = await fixture.service.start(REQUEST);
  await until(() => fixture.service.get(id)?.state === "running");
  deliver(fixture);
  const before = fixture.publisher.sessions.length;
  const endMs = performance.now() + 1000;
  while (performance.now() < endMs) {
    deliver(fixture);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(fixture.publisher.sessions.length - before).toBeLessThanOrEqual(5);
  expect(fixture.publisher.frames.length).toBeGreaterThan(20);
});

test("a re-arm that is refused before the first file does not end a session whose start was taken", async () => {
  const fixture = startFixture();
  const { cmts, service } = fixture;
  const { id } = await service.start(REQUEST);
  await until(() => service.get(id)?.state === "running");
  cmts.refusals.set(utscCtrl.initiateTest.oid, 10);
  cmts.endRun();
  await until(() => service.get(id)?.failure?.code === "UTSC_START_REFUSED", 10_000);
  await until(() => service.get(id)?.state === "stalled", 10_000);
  expect(service.get(id)).toMatchObject({ desired: "running", failure: { code: "UTSC_START_REFUSED" } });
  cmts.refusals.clear();
  await until(() => cmts.isBusy, 10_000);
  deliver(fixture);
  await until(() => service.get(id)?.state === "receiving");
  await service.stop(id);
}, 30_000);
