import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { HealthServer, startForeignServer, TunnelBench } from "./bench.ts";
import { freePort, listenOnLoopback, makeKey, sshdMissing, type TestSshd } from "./sshd.ts";

describe.skipIf(sshdMissing)("a tunnel that cannot be", () => {
  let bench: TunnelBench;
  let sshd: TestSshd;
  let backend: HealthServer;
  let host = "";

  beforeAll(async () => {
    bench = await TunnelBench.make();
    sshd = await bench.sshd();
    backend = bench.own(await HealthServer.start(bench.commit));
    host = `${bench.user}@127.0.0.1`;
  });

  afterEach(async () => {
    await bench.run(["stop"]);
    expect(bench.leftProcesses()).toEqual([]);
  });

  afterAll(() => bench?.[Symbol.asyncDispose]());

  /** Starts with these settings, and returns what is said with the code that status gives afterwards. */
  async function failing(more: Record<string, string> = {}, of = sshd, port = backend.port) {
    bench.settings(of, port, more);
    const { code, stdout, stderr } = await bench.run(["start"]);
    expect(code).toBe(1);
    return { text: stdout + stderr, code: await bench.statusCode(), left: bench.leftProcesses().length };
  }

  test("names the program that has the local port, and a free one", async () => {
    bench.knows([sshd.knownHost()]);
    await using foreign = await startForeignServer();
    const { text, code, left } = await failing({ PNMLAB_TUNNEL_LOCAL_PORT: String(foreign.port) });
    expect(text).toMatch(
      new RegExp(`local port ${foreign.port} is taken by .*\\n.*such as (?!${foreign.port}\\b)\\d+`),
    );
    expect(code).toBe("local-port-in-use");
    expect(left).toBe(0);
  });

  test("recognises a lab of this machine at the local port", async () => {
    bench.knows([sshd.knownHost()]);
    const { text } = await failing({ PNMLAB_TUNNEL_LOCAL_PORT: String(backend.port) });
    expect(text).toContain(`which answers as PNM Lab itself (build ${bench.commit})`);
  });

  test("says that the name cannot be resolved, and goes on trying", async () => {
    bench.knows([]);
    const { text, code, left } = await failing({ PNMLAB_TUNNEL_HOST: "nobody.invalid" });
    expect(text).toContain("the name of host nobody.invalid cannot be resolved");
    expect(text).toContain("It goes on trying in the background");
    expect(code).toBe("name-unresolved");
    expect(left).toBeGreaterThan(0);
  });

  test("tells a host without an ssh server from one that cannot be reached", async () => {
    bench.knows([]);
    const refused = await failing({ PNMLAB_TUNNEL_SSH_PORT: String(await freePort()) });
    expect(refused.code).toBe("ssh-refused");
    expect(refused.text).toContain(`host ${host} is there, but no ssh server listens`);
    await bench.run(["stop"]);
    const unreachable = await failing({ PNMLAB_TUNNEL_HOST: "255.255.255.255" });
    expect(unreachable.code).toBe("host-unreachable");
    expect(unreachable.text).toContain("host 255.255.255.255 cannot be reached: Network is unreachable");
  });

  test("says when what listens is not an ssh server", async () => {
    bench.knows([]);
    const server = createServer((socket) => socket.resume().end());
    const port = await listenOnLoopback(server);
    const { code } = await failing({ PNMLAB_TUNNEL_SSH_PORT: String(port) });
    expect(code).toBe("ssh-closed");
    await new Promise((resolve) => server.close(resolve));
  });

  test("tells an unknown host key from a changed one, and leaves nothing running", async () => {
    bench.knows([]);
    const unknown = await failing();
    expect(unknown).toMatchObject({ code: "host-key-unknown", left: 0 });
    expect(unknown.text).toMatch(/Run once: ssh .*-p \d+ .* true, compare the fingerprint/);
    bench.knows([sshd.knownHost(makeKey(bench.root, "another-host").publicKey)]);
    const changed = await failing();
    expect(changed).toMatchObject({ code: "host-key-changed", left: 0 });
    expect(changed.text).toContain(`ssh-keygen -R '[127.0.0.1]:${sshd.port}'`);
  });

  test("says whose key is refused", async () => {
    bench.knows([sshd.knownHost()]);
    const stranger = makeKey(bench.root, "stranger");
    const { text, code, left } = await failing({ PNMLAB_TUNNEL_KEY: stranger.privateFile });
    expect(text).toContain(`host ${host} refused the key: Permission denied (publickey).`);
    expect(text).toContain(`${stranger.privateFile}.pub`);
    expect({ code, left }).toEqual({ code: "key-refused", left: 0 });
  });

  test("says that the key file is not there", async () => {
    bench.settings(sshd, backend.port, { PNMLAB_TUNNEL_KEY: "~/no-such-key" });
    expect(await bench.run(["start"])).toMatchObject({
      code: 1,
      stderr: /the key file \S+\/no-such-key does not exist/,
    });
  });

  test("says that nothing listens at the other end", async () => {
    bench.knows([sshd.knownHost()]);
    const { text, code } = await failing({}, sshd, await freePort());
    expect(text).toContain(`the tunnel stands, but on host ${host} nothing listens at 127.0.0.1:`);
    expect(code).toBe("remote-not-listening");
  });

  test("says that the server does not allow forwarding", async () => {
    const strict = await bench.sshd([bench.key.publicKey], ["AllowTcpForwarding no"]);
    bench.knows([strict.knownHost()]);
    const { text, code, left } = await failing({}, strict);
    expect(text).toContain(`host ${host} lets us in, but does not allow forwarding to 127.0.0.1:`);
    expect({ code, left }).toEqual({ code: "forwarding-prohibited", left: 0 });
  });

  test("works for a key that may do nothing but reach this one port", async () => {
    const rights = `restrict,port-forwarding,permitopen="127.0.0.1:${backend.port}",command="/bin/false"`;
    const strict = await bench.sshd([`${rights} ${bench.key.publicKey}`]);
    bench.knows([strict.knownHost()]);
    bench.settings(strict, backend.port);
    expect(await bench.run(["start"])).toMatchObject({ code: 0, stdout: /^PASS/ });
  });

  test("says which tool is missing", async () => {
    bench.knows([sshd.knownHost()]);
    bench.settings(sshd, backend.port);
    const withoutSsh = { ...bench.environment, PATH: bench.pathWithout("ssh") };
    expect(await bench.run(["start"], withoutSsh)).toMatchObject({
      code: 1,
      stderr: /ssh is not installed on this machine\n.*openssh-client/,
    });
    const withoutCurl = { ...bench.environment, PATH: bench.pathWithout("curl") };
    expect(await bench.run(["status"], withoutCurl)).toMatchObject({
      code: 1,
      stderr: /curl is not installed/,
    });
  });

  test("works with nothing but the tools that every machine has", async () => {
    bench.knows([sshd.knownHost()]);
    bench.settings(sshd, backend.port);
    const bare = { ...bench.environment, PATH: bench.pathWithout("setsid") };
    expect(await bench.run(["start"], bare)).toMatchObject({ code: 0, stdout: /^PASS/, stderr: "" });
    expect(await bench.run(["logs"], bare)).toMatchObject({ code: 0, stdout: /connected: PNM Lab/ });
    expect(await bench.run(["stop"], bare)).toMatchObject({ code: 0, stderr: "" });
  });

  test("asks for the host when none is set", async () => {
    bench.settings(sshd, backend.port, { PNMLAB_TUNNEL_HOST: "" });
    for (const command of ["start", "run"]) {
      expect(await bench.run([command])).toMatchObject({ code: 1, stderr: /PNMLAB_TUNNEL_HOST is not set/ });
    }
    expect(await bench.statusCode()).toBe("no-host");
  });

  test("refuses values that are not what they should be, by the name of the setting", async () => {
    const refused: [Record<string, string>, RegExp][] = [
      [{ PNMLAB_TUNNEL_SSH_PORT: "22x" }, /PNMLAB_TUNNEL_SSH_PORT is "22x": expected a port number/],
      [{ PNMLAB_TUNNEL_LOCAL_PORT: "70000" }, /PNMLAB_TUNNEL_LOCAL_PORT is "70000"/],
      [
        { PNMLAB_TUNNEL_HOST: "-oProxyCommand=touch" },
        /PNMLAB_TUNNEL_HOST is .*: expected host or user@host/,
      ],
      [{ PNMLAB_TUNNEL_HOST: "a b" }, /PNMLAB_TUNNEL_HOST is "a b"/],
      [{ PNMLAB_TUNNEL_JUMP: "a,,b" }, /PNMLAB_TUNNEL_JUMP is "a,,b"/],
    ];
    for (const [more, stderr] of refused) {
      bench.settings(sshd, backend.port, more);
      expect(await bench.run(["start"])).toMatchObject({ code: 64, stderr });
    }
    expect(await bench.run(["strat"])).toMatchObject({ code: 64, stderr: /there is no command "strat"/ });
    expect(await bench.run(["start", "--prot", "1"])).toMatchObject({
      code: 64,
      stderr: /no option --prot/,
    });
  });

  test("says what ssh does not like in its configuration", async () => {
    bench.knows([sshd.knownHost()], ["NoSuchOption yes"]);
    const { text, code, left } = await failing();
    expect(text).toContain(
      `${join(bench.root, "ssh_config")}: line 1: Bad configuration option: nosuchoption`,
    );
    expect({ code, left }).toEqual({ code: "ssh-config", left: 0 });
  });
});
