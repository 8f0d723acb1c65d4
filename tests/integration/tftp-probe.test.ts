import type { TftpProbe } from "@pnmlab/protocol";
import { startTestLab } from "@pnmlab/testkit";
import { expect, test } from "vitest";

test("an operator tests the way of the files over the API: it holds, breaks with words, and is in the audit", async () => {
  await using lab = await startTestLab();
  const cookie = await lab.signIn();
  const [device] = lab.simulator.devices;
  const rfPortIfIndex = device!.rfPorts[0]!.ifIndex;
  const probe = async (body: object) =>
    await fetch(`${lab.url}/api/cmts/${device!.name}/tftp-probe`, {
      method: "POST",
      headers: { cookie, "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  const way = `127.0.0.1:${lab.tftp.port}/udp`;
  const held = (await (await probe({ rfPortIfIndex })).json()) as TftpProbe;
  expect(held).toMatchObject({
    ok: true,
    destination: way,
    sentence: `A capture was made and its file arrived over ${way}.`,
  });
  expect(held.rungs.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 11 }, () => "ok"));

  lab.simulator.inject(device!.name, { kind: "upload", behaviour: { kind: "unreachable" } });
  const broken = (await (await probe({ rfPortIfIndex })).json()) as TftpProbe;
  expect(broken).toMatchObject({ ok: false, failedRung: "upload" });
  expect(broken.sentence).toContain(`cannot reach ${way}. Check route and firewall`);

  expect((await probe({ rfPort: rfPortIfIndex })).status).toBe(400);
  expect(lab.simulator.measStatus(device!.name, rfPortIfIndex)).toBeUndefined();
  const audit = await (await fetch(`${lab.url}/api/audit`, { headers: { cookie } })).json();
  const { entries } = audit as { entries: { action: string; outcome: string }[] };
  expect(entries.filter(({ action }) => action.includes("tftp-probe")).map(({ outcome }) => outcome)).toEqual(
    ["refused", "done", "done"],
  );
});
