import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { defaultRootDir } from "@pnmlab/config";
import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

interface Row {
  name: string;
  state: string;
  message: string;
  fix?: string;
}

/** Runs the agent's program as a user does. */
async function agent(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(
    process.execPath,
    ["--conditions=@pnmlab/source", join(defaultRootDir, "agent/src/main.ts"), ...args],
    { env: { PATH: process.env.PATH, ...env }, stdio: ["ignore", "pipe", "pipe"] },
  );
  const exit = once(child, "close");
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await exit;
  return { code: code as number, out, err };
}

async function rowsOf(args: readonly string[], env: Readonly<Record<string, string>>) {
  const { code, out } = await agent([...args, "--json"], env);
  const { failures, rows } = JSON.parse(out) as { failures: number; rows: Row[] };
  expect(code).toBe(failures);
  return { failures, find: (name: string) => rows.find((row) => row.name === name), rows };
}

describe("the agent's commands", () => {
  let lab: TestLab;
  let folder: string;
  let env: Record<string, string>;
  let device: string;
  /** The one that has rows to write from its start on. */
  let e6000: string;

  beforeAll(async () => {
    lab = await startTestLab();
    folder = await mkdtemp(join(tmpdir(), "pnmlab-agent-"));
    env = {
      PNMLAB_ROOT: folder,
      PNMLAB_BACKEND_URL: lab.url.replace("http", "ws"),
      PNMLAB_AGENT_TOKEN: lab.config.agentToken,
      PNMLAB_AGENT_DATA_DIR: join(folder, "data"),
      PNMLAB_AGENT_HEALTH_PORT: "1",
    };
    device = `127.0.0.1:${lab.simulator.devices[0]!.port}`;
    e6000 = `127.0.0.1:${lab.simulator.devices[1]!.port}`;
  }, 30_000);
  afterAll(async () => {
    await lab[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test("help shows commands, the order of the sources and every setting, and needs no configuration", async () => {
    const { code, out } = await agent(["--help"]);
    expect(code).toBe(0);
    expect(out).toContain("flag > environment > file > default");
    for (const word of [
      "agent check",
      "agent diagnose ADDRESS",
      "--agent-token-file=",
      "PNMLAB_AGENT_TARGETS",
    ])
      expect(out).toContain(word);
  });

  test("a command line that means nothing is refused with the nearest word", async () => {
    const { code, err } = await agent(["chekc"]);
    expect([code, err]).toEqual([64, expect.stringContaining("did you mean check?")]);
    expect((await agent(["check", "--agent-nam=x"])).err).toContain("did you mean --agent-name?");
    expect((await agent(["diagnose"])).err).toContain("diagnose needs the address");
  });

  test("config prints every value with its source and no secret; its exit code counts what is wrong", async () => {
    const { code, out } = await agent(["config", "--agent-name", "jump-1", "--log-level=loud"], env);
    expect(code).toBe(1);
    expect(out).toMatch(/PNMLAB_AGENT_NAME +jump-1 {2}\(command line\)/);
    expect(out).toMatch(/PNMLAB_AGENT_TOKEN +set, not shown {2}\(environment\)/);
    expect(out).toMatch(/PNMLAB_AGENT_TARGETS +127\.0\.0\.0\/8 {2}\(default\)/);
    expect(out).toContain('wrong: PNMLAB_LOG_LEVEL "loud" (from command line) is not valid');
    expect(out).not.toContain(lab.config.agentToken);
  });

  test("check goes from the configuration to each CMTS while the agent of this name is connected, and disturbs nobody", async () => {
    const since = lab.agent.state.link.sinceMs;
    const { failures, rows, find } = await rowsOf(["check"], env);
    expect(failures, JSON.stringify(rows)).toBe(0);
    expect(find("sign-in")).toMatchObject({
      state: "ok",
      message: expect.stringContaining("connected from"),
    });
    expect(find("version")?.state).toBe("ok");
    expect(find("clock")?.state).toBe("ok");
    expect(find("cmts lab-cmts-1")?.message).toContain(`${device} answered in`);
    expect(find("cmts lab-cmts-2")?.state).toBe("ok");
    expect(lab.agent.state.link).toMatchObject({ name: "connected", sinceMs: since });
  });

  test("check says what is refused, by whom and what to do, and what it could not try", async () => {
    const wrongToken = await rowsOf(["check"], { ...env, PNMLAB_AGENT_TOKEN: "x".repeat(40) });
    expect(wrongToken.failures).toBe(1);
    expect(wrongToken.find("backend")?.state).toBe("ok");
    expect(wrongToken.find("sign-in")).toMatchObject({
      state: "failed",
      message: expect.stringContaining("AGENT_TOKEN_MISMATCH"),
    });
    expect(wrongToken.find("targets")?.state).toBe("not reached");

    const nobody = await rowsOf(["check"], { ...env, PNMLAB_BACKEND_URL: "ws://127.0.0.1:1" });
    expect(nobody.find("backend")?.message).toContain("Nothing answers at ws://127.0.0.1:1");
    expect(nobody.find("sign-in")?.state).toBe("not reached");

    const narrow = await rowsOf(["check"], { ...env, PNMLAB_AGENT_TARGETS: "10.0.0.0/8" });
    expect(narrow.failures).toBe(2);
    expect(narrow.find("cmts lab-cmts-1")).toMatchObject({
      state: "failed",
      message: expect.stringContaining("PNMLAB_AGENT_TARGETS allows 10.0.0.0/8"),
      fix: `agent diagnose ${device} --profile sim`,
    });

    const invalid = await rowsOf(["check"], {
      ...env,
      PNMLAB_BACKEND_URL: "http://x",
      PNMLAB_AGENT_NAME: "?",
    });
    expect(invalid.failures).toBe(2);
  });

  test("diagnose climbs every rung of a CMTS, and proves writing by one value that stays", async () => {
    const { failures, rows, find } = await rowsOf(["diagnose", e6000, "--write-test"], env);
    expect(failures, JSON.stringify(rows)).toBe(0);
    expect(find("credentials")?.state).toBe("ok");
    expect(find("sysDescr")?.message).toMatch(/up for/);
    expect(find("pnm-mib")?.message).toContain("docsPnmCmtsUtscCapabTable");
    expect(find("write")?.message).toContain("written back as it is, and reads the same");
  });

  test("diagnose writes nothing without being told to, and nothing outside of the agent's own limits", async () => {
    expect((await rowsOf(["diagnose", device], env)).find("write")).toMatchObject({ state: "not asked" });
    const narrow = { ...env, PNMLAB_AGENT_SET_SUBTREES: "1.3.6.1.2.1.1.5" };
    expect((await rowsOf(["diagnose", e6000, "--write-test"], narrow)).find("write")).toMatchObject({
      state: "not reached",
      message: expect.stringContaining("PNMLAB_AGENT_SET_SUBTREES"),
    });
  });

  test("diagnose tells a closed port, a wrong community and a forbidden address apart", async () => {
    const socket = createSocket("udp4");
    await new Promise<void>((bound) => void socket.bind(0, "127.0.0.1", bound));
    const { port } = socket.address();
    socket.close();
    const closed = await rowsOf(["diagnose", `127.0.0.1:${port}`], env);
    expect(closed.find("udp")).toMatchObject({
      state: "failed",
      message: expect.stringContaining("nothing listens on that port"),
    });
    expect(closed.find("pnm-mib")?.state).toBe("not reached");

    const wrong = { ...env, PNMLAB_SNMP_PROFILES: "field=v2c:wrong:wrong" };
    const silent = await rowsOf(["diagnose", device], wrong);
    expect(silent.failures).toBe(1);
    expect(JSON.stringify(silent.rows)).not.toContain("v2c:wrong");
    expect(JSON.stringify(silent.rows)).toContain("the community of profile field");

    const forbidden = await rowsOf(["diagnose", "192.0.2.1"], env);
    expect(forbidden.find("policy")).toMatchObject({
      state: "failed",
      message: expect.stringContaining("PNMLAB_AGENT_TARGETS"),
    });
    expect(forbidden.find("ping")?.state).toBe("not reached");
  });
});
