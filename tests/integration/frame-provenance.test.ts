import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FrameProvenance, UtscSession } from "@pnmlab/protocol";
import { startTestLab } from "@pnmlab/testkit";
import { expect, test } from "vitest";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("every frame names its file, whose hash is that of the bytes that the CMTS uploaded, and the agent", async () => {
  await using lab = await startTestLab({ env: { PNMLAB_CONSUMED_FILES: "keep" } });
  const cookie = await lab.signIn();
  const device = lab.simulator.devices[0]!;
  const call = async (path: string, body?: object) =>
    await fetch(`${lab.url}/api${path}`, {
      method: body ? "POST" : "GET",
      headers: { cookie, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  const started = await call("/utsc/sessions", {
    cmtsId: device.name,
    rfPortIfIndex: device.rfPorts[0]!.ifIndex,
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    bins: 800,
    repeatPeriodUs: 100_000,
    outputFormat: "fftPower",
  });
  const { id } = ((await started.json()) as { session: UtscSession }).session;
  const received = async () => {
    const { session } = (await (await call(`/utsc/sessions/${id}`)).json()) as { session: UtscSession };
    return session.framesReceived;
  };
  await expect.poll(received).toBeGreaterThanOrEqual(5);
  const statusPoll = async () =>
    ((await (await call(`/utsc/sessions/${id}/frames/1`)).json()) as FrameProvenance).statusPoll;
  await expect.poll(statusPoll).not.toBeNull();

  for (const sequence of [1, 3, 5]) {
    const frame = (await (await call(`/utsc/sessions/${id}/frames/${sequence}`)).json()) as FrameProvenance;
    const uploaded = await readFile(join(lab.config.tftpDir, frame.fileName));
    expect(frame).toMatchObject({
      sessionId: id,
      sequence,
      source: "file",
      sizeBytes: uploaded.length,
      sha256: sha256(uploaded),
      place: { number: 1, of: 1 },
      reading: { layout: "common-header", confidence: "high" },
      calibration: { kHundredthsDb: expect.any(Number), source: "snmp" },
      captureId: null,
      target: { host: "127.0.0.1", port: device.port, profile: "sim" },
      agent: { name: lab.config.agentName, clockOffsetMs: expect.any(Number) },
    });
    const bins = frame.header.find(({ name }) => name === "Number of bins")!;
    expect(bins).toMatchObject({ value: 800, length: 2 });
    expect(uploaded.readUInt16BE(bins.offset)).toBe(800);
    const dataLength = frame.header.find(({ name }) => name === "Data length")!;
    expect(uploaded.readUInt32BE(dataLength.offset)).toBe(dataLength.value);
    expect(frame.configuration!.requests).toBeGreaterThan(3);
    expect(frame.statusPoll!.durationMs).toBeGreaterThan(0);
  }

  const unknown = await call(`/utsc/sessions/${id}/frames/999999`);
  expect(unknown.status).toBe(404);
  expect(await unknown.text()).toContain(`session ${id} has no frame 999999`);
  expect((await call(`/utsc/sessions/${id}/frames/0`)).status).toBe(400);
  await call(`/utsc/sessions/${id}/stop`, {});
});
