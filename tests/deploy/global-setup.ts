import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { freePort } from "../tunnel/sshd.ts";
import { checkoutDir, findEngine } from "./engine.ts";
import { Installation, type InstallationData, SERVICES } from "./installation.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The installation of the run, or why there is none. */
    deployment: InstallationData | { reason: string };
  }
}

/** Clones the commit, makes `.env`, builds the images and brings the lab up, once for all files of tests. */
export default async function setUp(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const engine = findEngine();
  if ("reason" in engine) {
    project.provide("deployment", engine);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), "pnmlab-deployment-"));
  const root = join(folder, "checkout");
  execFileSync("git", ["clone", "-q", checkoutDir, root], { stdio: ["ignore", "ignore", "inherit"] });
  const name = `pnmtest${process.pid}`;
  const data: InstallationData = {
    root,
    env: { ...engine.env, COMPOSE_PROJECT_NAME: name },
    project: name,
    imageTag: name,
    httpPort: await freePort(),
    tftpPort: await freePort(),
    subnet: `172.30.${process.pid % 250}.0/24`,
    engineScript: engine.script,
    reportFile: process.env.DEPLOY_TABLES_FILE ?? join(folder, "report.txt"),
  };
  const installation = new Installation(data);
  const imagesBefore = await imageNames(installation);
  const tearDown = async () => {
    await installation.run("scripts/compose", ["lab", "down", "--volumes", "--remove-orphans", "-t", "2"]);
    // A volume that only a broken deployment had is in no compose file any more.
    const filter = ["--filter", `label=com.docker.compose.project=${name}`];
    const volumes = (await installation.docker("volume", "ls", "-q", ...filter)).split("\n").filter(Boolean);
    if (volumes.length > 0) await installation.run("docker", ["volume", "rm", ...volumes]);
    const ours = (await imageNames(installation)).filter((image) => !imagesBefore.includes(image));
    if (ours.length > 0) await installation.run("docker", ["image", "rm", ...ours]);
    if (engine.script) await installation.run("bash", [engine.script, "down"]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await bringUp(installation);
    // Its search for Compose starts it twice; once is enough for all that follows.
    const find = '. scripts/lib/compose.sh; compose_find; printf %s "$COMPOSE_KNOWN"';
    data.env.COMPOSE_KNOWN = await installation.must("bash", ["-c", find]);
  } catch (error) {
    await tearDown();
    throw error;
  }
  project.provide("deployment", data);
  return tearDown;
}

async function bringUp(installation: Installation): Promise<void> {
  const { httpPort, tftpPort, subnet, imageTag } = installation.data;
  await installation.must("scripts/setup");
  installation.set({
    PNMLAB_HTTP_PORT: String(httpPort),
    PNMLAB_TFTP_PORT: String(tftpPort),
    PNMLAB_LAB_SUBNET: subnet,
    PNMLAB_IMAGE_TAG: imageTag,
  });
  const startedAt = Date.now();
  await installation.compose("build");
  const builtAt = Date.now();
  await installation.compose("up", "-d");
  await installation.untilHealthy(120_000);
  const sizes = await Promise.all(
    SERVICES.map(async (service) => {
      const size = await installation.docker(
        "image",
        "inspect",
        "-f",
        "{{.Size}}",
        `pnmlab/${service}:${imageTag}`,
      );
      return `${service} ${(Number(size) / 1e6).toFixed(0)} MB`;
    }),
  );
  installation.report(
    "From a clone to a lab",
    ["step", "seconds", ""],
    [
      ["images built", seconds(builtAt - startedAt), sizes.join(", ")],
      ["up and healthy", seconds(Date.now() - builtAt), ""],
    ],
  );
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

async function imageNames(installation: Installation): Promise<string[]> {
  const list = ["image", "ls", "--filter", "reference=pnmlab/*", "--format", "{{.Repository}}:{{.Tag}}"];
  return (await installation.docker(...list)).split("\n").filter(Boolean);
}
