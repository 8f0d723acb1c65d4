import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UtscSession } from "@pnmlab/protocol";
import type { PersonalityName } from "@pnmlab/simulator";
import { startTestLab } from "@pnmlab/testkit";
import { expect, onTestFinished, test } from "vitest";

const CMTSS = [
  { name: "generic", repeatPeriodUs: 500_000 },
  // These name their files themselves, and tell the newest name alone.
  { name: "casa-c100g", repeatPeriodUs: 1_000_000 },
  { name: "casa-evo", repeatPeriodUs: 1_000_000 },
  { name: "cisco-cbr8", repeatPeriodUs: 1_000_000 },
] as const;

/** A lab whose backend fetches its files by their names, and a session on its one port. */
async function startFetched(name: PersonalityName, repeatPeriodUs: number) {
  const tftpDir = await mkdtemp(join(tmpdir(), "pnmlab-fetched-"));
  onTestFinished(() => rm(tftpDir, { recursive: true, force: true }));
  const lab = await startTestLab({
    cmts: [{ name: "lab", personality: name }],
    env: { PNMLAB_FILE_SOURCE: "tftp", PNMLAB_TFTP_DIR: tftpDir },
  });
  onTestFinished(() => lab[Symbol.asyncDispose]());
  const cookie = await lab.signIn();
  const ask = async (method: string, path: string, body?: object) => {
    const headers = { cookie, ...(body && { "content-type": "application/json" }) };
    const answer = await fetch(`${lab.url}${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text) as { session: UtscSession };
  };
  const { session } = await ask("POST", "/api/utsc/sessions", {
    cmtsId: "lab",
    rfPortIfIndex: lab.simulator.devices[0]!.rfPorts[0]!.ifIndex,
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    bins: 800,
    repeatPeriodUs,
    outputFormat: "fftPower",
  });
  return {
    lab,
    tftpDir,
    now: async () => (await ask("GET", `/api/utsc/sessions/${session.id}`)).session,
    stop: () => ask("POST", `/api/utsc/sessions/${session.id}/stop`, {}),
  };
}

test.each(CMTSS)(
  "without the folder of the TFTP server, a session on a $name lives on files fetched by the names that the CMTS reports",
  async ({ name, repeatPeriodUs }) => {
    const { lab, tftpDir, now, stop } = await startFetched(name, repeatPeriodUs);
    await expect
      .poll(async () => (await now()).framesReceived, { timeout: 60_000 })
      .toBeGreaterThanOrEqual(6);
    expect((await now()).framesDropped).toBe(0);
    await stop();
    const own = async (folder: string) =>
      (await readdir(folder)).filter((file) => /^(pnmlab_|PNM)/.test(file));
    await expect.poll(() => own(join(lab.config.dataDir, "tftp")), { timeout: 60_000 }).toEqual([]);
    await expect.poll(() => own(tftpDir)).toEqual([]);
  },
);

test("files that a CMTS names faster than it is asked are counted as not fetched", async () => {
  const { now, stop } = await startFetched("cisco-cbr8", 100_000);
  await expect.poll(async () => (await now()).framesReceived, { timeout: 60_000 }).toBeGreaterThanOrEqual(8);
  const { framesReceived, filesNotFetched = 0 } = await now();
  // Asked every 500 ms, it tells one name of five.
  expect(filesNotFetched / (framesReceived + filesNotFetched)).toBeGreaterThan(0.6);
  await stop();
});

test("a CMTS that tells no names is named as such, and its captures are read by SNMP instead", async () => {
  const { now, stop } = await startFetched("e6000", 100_000);
  await expect.poll(async () => (await now()).framesBySnmp ?? 0, { timeout: 60_000 }).toBeGreaterThan(4);
  await expect.poll(async () => (await now()).failure?.code, { timeout: 60_000 }).toBe("UTSC_FILES_UNNAMED");
  const { sentence, framesReceived, framesBySnmp } = await now();
  expect(sentence).toMatch(/^Receiving by SNMP, no files\. No file can be fetched/);
  expect(framesReceived).toBe(framesBySnmp);
  await stop();
});
