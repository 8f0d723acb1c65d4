import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { HealthServer, TunnelBench } from "./bench.ts";
import { freePort, sshdMissing, type TestSshd } from "./sshd.ts";

describe.skipIf(sshdMissing)("a tunnel through jump hosts", () => {
  let bench: TunnelBench;
  let jumps: [TestSshd, TestSshd];
  let sshd: TestSshd;
  let backend: HealthServer;
  const name = (jump: TestSshd) => `${bench.user}@127.0.0.1:${jump.port}`;

  beforeAll(async () => {
    bench = await TunnelBench.make();
    jumps = [await bench.sshd(), await bench.sshd()];
    sshd = await bench.sshd();
    backend = bench.own(await HealthServer.start(bench.commit));
    bench.knows([...jumps, sshd].map((server) => server.knownHost()));
  });

  afterEach(async () => {
    await bench.run(["stop"]);
    expect(bench.leftProcesses()).toEqual([]);
  });

  afterAll(() => bench?.[Symbol.asyncDispose]());

  async function start(jump: string, more: Record<string, string> = {}) {
    bench.settings(sshd, backend.port, { PNMLAB_TUNNEL_JUMP: jump, ...more });
    const { code, stdout, stderr } = await bench.run(["start"]);
    return { code, text: stdout + stderr, reason: await bench.statusCode() };
  }

  test("works through one, and stop ends the ssh to the jump host too", async () => {
    expect(await start(name(jumps[0]))).toMatchObject({ code: 0, reason: "ok" });
    expect(jumps[0].log).toContain("Accepted publickey");
    expect(bench.leftProcesses().length).toBeGreaterThanOrEqual(3);
  });

  test("works through two", async () => {
    const through = await start(jumps.map(name).join(","));
    expect(through).toMatchObject({ code: 0, reason: "ok" });
    expect(jumps[1].log).toContain("Accepted publickey");
  });

  test("heals after a jump host was killed and came back", async () => {
    await start(name(jumps[0]));
    await jumps[0].kill();
    await vi.waitUntil(async () => (await bench.status()).code === 1, { timeout: 90_000, interval: 100 });
    await jumps[0].listen();
    await vi.waitUntil(async () => (await bench.status()).code === 0, { timeout: 90_000, interval: 100 });
  });

  test("names the jump host that has no ssh server, first or second", async () => {
    const dead = `${bench.user}@127.0.0.1:${await freePort()}`;
    const first = await start(`${dead},${name(jumps[1])}`);
    expect(first).toMatchObject({ code: 1, reason: "ssh-refused" });
    expect(first.text).toContain(`jump host ${dead} is there, but no ssh server listens`);
    await bench.run(["stop"]);
    const second = await start(`${name(jumps[0])},${dead}`);
    expect(second).toMatchObject({ code: 1, reason: "jump-onward" });
    expect(second.text).toContain(
      `jump host ${name(jumps[0])} cannot reach jump host ${dead}: Connection refused`,
    );
  });

  test("names the jump host that refuses the key, and the one whose host key is unknown", async () => {
    const closed = await bench.sshd([]);
    bench.knows([...jumps, sshd, closed].map((server) => server.knownHost()));
    const refused = await start(`${name(jumps[0])},${name(closed)}`);
    expect(refused).toMatchObject({ code: 1, reason: "key-refused" });
    expect(refused.text).toContain(`jump host ${name(closed)} refused the key`);
    bench.knows([jumps[0], sshd].map((server) => server.knownHost()));
    const unknown = await start(jumps.map(name).join(","));
    expect(unknown).toMatchObject({ code: 1, reason: "host-key-unknown" });
    expect(unknown.text).toContain(`the host key of jump host ${name(jumps[1])} is not known here`);
    bench.knows([...jumps, sshd].map((server) => server.knownHost()));
  });

  test("says that the jump host cannot reach the host, or may not", async () => {
    const port = String(await freePort());
    const onward = await start(name(jumps[0]), { PNMLAB_TUNNEL_SSH_PORT: port });
    expect(onward).toMatchObject({ code: 1, reason: "jump-onward" });
    expect(onward.text).toContain(`jump host ${name(jumps[0])} cannot reach host ${bench.user}@127.0.0.1`);
    await bench.run(["stop"]);
    const strict = await bench.sshd([bench.key.publicKey], ["AllowTcpForwarding no"]);
    bench.knows([...jumps, sshd, strict].map((server) => server.knownHost()));
    const prohibited = await start(name(strict));
    expect(prohibited).toMatchObject({ code: 1, reason: "jump-prohibited" });
    expect(prohibited.text).toContain(`jump host ${name(strict)} does not allow connections onwards`);
  });

  test("knows jump hosts of the user's own ssh configuration", async () => {
    const dead = `${bench.user}@127.0.0.1:${await freePort()}`;
    bench.knows(
      [...jumps, sshd].map((server) => server.knownHost()),
      ["Host 127.0.0.1", `ProxyJump ${dead}`],
    );
    const outcome = await start("");
    expect(outcome.text).toContain("jump host");
    expect(outcome).toMatchObject({ code: 1 });
  });
});
