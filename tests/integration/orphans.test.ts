import type { UtscOrphanList } from "@pnmlab/protocol";
import { startTestLab } from "@pnmlab/testkit";
import { expect, test } from "vitest";

test("a test of another manager is listed, refused where the row is not as listed, and stopped on demand", async () => {
  await using lab = await startTestLab();
  const cookie = await lab.signIn();
  const [, device] = lab.simulator.devices;
  const rfPort = device!.rfPorts[0]!.ifIndex;
  lab.simulator.inject(device!.name, { kind: "otherManager", rfPort });
  const get = async <Answer>(path: string) =>
    (await (await fetch(`${lab.url}${path}`, { headers: { cookie } })).json()) as Answer;
  const stop = (row: object) =>
    fetch(`${lab.url}/api/utsc-orphans/stop`, {
      method: "POST",
      headers: { cookie, "content-type": "application/json" },
      body: JSON.stringify(row),
    });

  const { orphans, cmts } = await get<UtscOrphanList>("/api/utsc-orphans");
  expect(cmts.map(({ cmtsId, running }) => [cmtsId, running])).toEqual([
    ["lab-cmts-1", 0],
    ["lab-cmts-2", 1],
  ]);
  expect(orphans).toHaveLength(1);
  const { cmtsId, rfPortIfIndex, cfgIndex, fileName, rfPortName } = orphans[0]!;
  expect({ cmtsId, rfPortIfIndex, rfPortName }).toEqual({
    cmtsId: "lab-cmts-2",
    rfPortIfIndex: rfPort,
    rfPortName: "us-conn 0/0",
  });

  const row = { cmtsId, rfPortIfIndex, cfgIndex, fileName };
  const refused = await stop({ ...row, fileName: "somebody-else" });
  expect(refused.status).toBe(409);
  expect(lab.simulator.measStatus("lab-cmts-2", rfPort)).toBe("busy");
  expect((await stop(row)).status).toBe(200);
  expect(lab.simulator.measStatus("lab-cmts-2", rfPort)).toBe("inactive");
  expect(await get<UtscOrphanList>("/api/utsc-orphans")).toMatchObject({ orphans: [] });

  const { entries } = await get<{ entries: { action: string; outcome: string }[] }>("/api/audit");
  expect(entries.map(({ action, outcome }) => `${action} ${outcome}`).slice(0, 2)).toEqual([
    "POST /api/utsc-orphans/stop done",
    "POST /api/utsc-orphans/stop refused",
  ]);
});
