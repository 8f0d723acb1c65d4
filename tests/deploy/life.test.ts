import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { encodeUtsc } from "@pnmlab/pnm-codec";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { chromiumPath } from "../browser/chromium.ts";
import { findings, Installation, SERVICES } from "./installation.ts";
import { Viewer } from "./viewer.ts";

const deployment = inject("deployment");
const reason =
  "reason" in deployment ? deployment.reason : chromiumPath ? undefined : "no Chromium is installed";

describe.skipIf(reason)("an installation with Docker", () => {
  const installation = new Installation(deployment as Exclude<typeof deployment, { reason: string }>);
  let viewer: Viewer;

  beforeAll(async () => {
    await installation.untilHealthy();
    viewer = await Viewer.open(installation);
  });
  afterAll(() => viewer?.[Symbol.asyncDispose]());

  /** So that a restore that failed is one failure, and not that of all that follows. */
  const putBack = async (settings: string) => {
    installation.write(".env", settings);
    await installation.compose("up", "-d");
    await installation.untilHealthy();
  };

  test("shows live spectrum to a browser that signed in by a link", async () => {
    const elapsedMs = await viewer.untilLive(Date.now(), 30_000);
    const file = join(installation.data.root, "..", "live.png");
    await viewer.page.screenshot({ path: file });
    expect(statSync(file).size).toBeGreaterThan(20_000);
    expect(elapsedMs).toBeLessThan(30_000);
  });

  test("passes every check, within 10 s", async () => {
    const report = await installation.untilPassed(20_000);
    expect(findings(report)).toEqual([]);
    expect(report.code).toBe(0);
    expect(report.checks.length).toBeGreaterThan(30);
    expect(report.durationSeconds).toBeLessThan(10);
  });

  test("runs its programs without rights: no root, nothing writable but its volumes, no capability", async () => {
    for (const service of SERVICES) {
      const text = await installation.docker(
        "inspect",
        "-f",
        "{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}",
        await installation.container(service),
      );
      expect(text).toBe("node true [ALL] [no-new-privileges:true]");
    }
  });

  test("has data in its volumes and no setting: no value of .env stands in any file there", async () => {
    const secrets = installation
      .read(".env")
      .split("\n")
      .flatMap((line) => /^PNMLAB_\w+_(?:TOKEN|KEY)=(\S{32,})$/.exec(line)?.[1] ?? []);
    expect(secrets).toHaveLength(3);
    const search = `const fs = require("fs"), path = require("path");
      const found = [];
      for (const root of ["/data", "/tftp"]) for (const name of fs.readdirSync(root, { recursive: true })) {
        const file = path.join(root, name);
        if (!fs.statSync(file).isFile()) continue;
        const text = fs.readFileSync(file, "latin1");
        if (process.argv.slice(1).some((value) => text.includes(value)) || /PNMLAB_[A-Z]/.test(text)) found.push(file);
      }
      console.log(JSON.stringify(found));`;
    expect(await installation.compose("exec", "-T", "backend", "node", "-e", search, "--", ...secrets)).toBe(
      "[]",
    );
  });

  test("comes back from a backup after the total loss of its volumes: the API answers as before", async () => {
    for (const seed of [3, 5]) {
      await viewer.api(`/captures?fileName=kept-${seed}.bin`, {
        method: "POST",
        headers: { "content-type": "application/octet-stream" },
        body: capture(seed),
      });
    }
    const before = await state(viewer);
    expect(before.captures).toEqual(
      expect.arrayContaining([3, 5].map((seed) => expect.objectContaining({ fileName: `kept-${seed}.bin` }))),
    );
    const settings = installation.read(".env");

    const file = await installation.must("scripts/backup", ["--captures"]);
    await installation.compose("down", "--volumes", "-t", "5");
    rmSync(join(installation.data.root, ".env"));
    const lostAt = Date.now();
    const { code, stderr } = await installation.run("scripts/restore", ["--yes", "--mode", "docker", file]);
    if (code !== 0) await putBack(settings);
    expect(code, stderr).toBe(0);
    const restoredMs = Date.now() - lostAt;

    expect(installation.read(".env")).toBe(settings);
    const liveMs = await viewer.untilLive(Date.now(), 30_000);
    const after = await state(viewer);
    expect(after.captures).toEqual(before.captures);
    expect(after.sessions).toEqual(before.sessions);
    // What happened since is added; what was told before is told the same.
    expect(after.audit.slice(-before.audit.length)).toEqual(before.audit);
    await installation.untilHealthy();
    expect(findings(await installation.untilPassed(20_000))).toEqual([]);
    installation.report(
      "Loss of all volumes and of .env",
      ["step", "seconds"],
      [
        ["restored and validated", (restoredMs / 1000).toFixed(1)],
        ["live again after that", (liveMs / 1000).toFixed(1)],
      ],
    );
  });

  test("is deployed by one command, and a broken build is taken back by itself", async () => {
    const git = (...args: string[]) =>
      installation.must("git", ["-c", "user.name=test", "-c", "user.email=test@example.net", ...args]);
    const startedAt = Date.now();
    expect(await installation.must("scripts/deploy", ["lab"])).toContain("Deployed");
    const deployedMs = Date.now() - startedAt;
    const good = await git("rev-parse", "--short=10", "HEAD");
    await viewer.untilLive(Date.now(), 30_000);

    const main = installation.read("backend/src/main.ts");
    installation.write("backend/src/main.ts", `throw new Error("broken on purpose");\n${main}`);
    await git("commit", "-q", "-a", "-m", "Break the backend");
    const bad = await git("rev-parse", "--short=10", "HEAD");
    const brokenAt = Date.now();
    const { code, stderr } = await installation.run("scripts/deploy", ["lab"]);
    const rolledBackMs = Date.now() - brokenAt;
    await git("reset", "-q", "--hard", "HEAD~1");
    expect(code, stderr).toBe(1);
    expect(stderr).toContain(`The deployment of ${bad} does not work`);
    expect(stderr).toContain("service.backend");
    expect(stderr).toContain("broken on purpose");
    expect(stderr).toContain(`went back to commit ${good}, which works`);
    const liveMs = await viewer.untilLive(Date.now(), 30_000);
    expect(findings(await installation.untilPassed(20_000))).toEqual([]);
    expect(existsSync(join(installation.data.root, ".pnmlab", "last-known-good"))).toBe(true);
    installation.report(
      "scripts/deploy",
      ["step", "seconds"],
      [
        ["this commit", (deployedMs / 1000).toFixed(1)],
        ["a commit with a broken backend: built, tried, taken back", (rolledBackMs / 1000).toFixed(1)],
        ["live again after that", (liveMs / 1000).toFixed(1)],
      ],
    );
  }, 600_000);
});

test.runIf(reason)("deployment is not tested on this machine", (context) => {
  process.stderr.write(`tests of deployment skipped: ${reason}\n`);
  context.skip(reason);
});

function capture(seed: number): Uint8Array<ArrayBuffer> {
  const bytes = encodeUtsc({
    form: "e6000-328",
    captureTimeS: 1_780_000_000,
    ifIndex: 5,
    ccapId: "ccap",
    outputFormat: "fftPower",
    bins: 256,
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    samples: Uint32Array.from({ length: 256 }, (_, k) => k * seed),
    kHundredthsDb: -8600,
  });
  return new Uint8Array(bytes);
}

interface State {
  captures: unknown[];
  sessions: unknown[];
  audit: unknown[];
}

/** What must outlive a disaster, as the API tells it: captures with hashes and bytes, sessions as wanted, audit. */
async function state(viewer: Viewer): Promise<State> {
  const { captures } = await viewer.api<{ captures: { id: string }[] }>("/captures?limit=200");
  const { sessions } = await viewer.api<{ sessions: Record<string, unknown>[] }>("/utsc/sessions");
  const { entries } = await viewer.api<{ entries: unknown[] }>("/audit");
  return {
    captures: await Promise.all(
      captures.map(async ({ id }) => (await viewer.api<{ capture: unknown }>(`/captures/${id}`)).capture),
    ),
    sessions: sessions.map(({ id, cmtsId, rfPortIfIndex, desired, requested, createdAt }) => ({
      id,
      cmtsId,
      rfPortIfIndex,
      desired,
      requested,
      createdAt,
    })),
    audit: entries,
  };
}
