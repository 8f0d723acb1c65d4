import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

const library = (name: string) => join(import.meta.dirname, `tunnel-${name}.sh`);

/** What the script makes of the words of an ssh to `u@lab` through the jump host `gate`. */
function classify(words: string, hop: number): { code: string; found: string; fix: string } {
  const program = `
    set -uo pipefail
    . "$1"; . "$2"
    HOPS=(gate:2200 u@lab) TUNNEL_HOST=u@lab TUNNEL_JUMP=gate:2200 TUNNEL_SSH_PORT=22 TUNNEL_KEY='' TUNNEL_LOCAL_PORT=5050
    tunnel_classify "$3" "$4"
    printf '%s\\0%s\\0%s' "$FAIL_CODE" "$FAIL_FOUND" "$FAIL_FIX"`;
  const { stdout, stderr } = spawnSync(
    "bash",
    ["-c", program, "bash", library("ssh"), library("probe"), words, String(hop)],
    { encoding: "utf8" },
  );
  expect(stderr).toBe("");
  const [code = "", found = "", fix = ""] = stdout.split("\0");
  return { code, found, fix };
}

// Words of OpenSSH on Linux and on macOS, and how many hops had let us in before.
const words: [string, number, string, string][] = [
  [
    "ssh: connect to host gate port 2200: Operation timed out",
    0,
    "host-unreachable",
    "jump host gate:2200 cannot be reached: Operation timed out",
  ],
  [
    "ssh: connect to host lab port 22: No route to host",
    1,
    "host-unreachable",
    "host u@lab cannot be reached: No route to host",
  ],
  [
    "ssh: Could not resolve hostname gate: nodename nor servname provided, or not known\nConnection closed by UNKNOWN port 65535",
    0,
    "name-unresolved",
    "the name of jump host gate:2200 cannot be resolved",
  ],
  [
    "channel 0: open failed: connect failed: Name or service not known\r\nstdio forwarding failed\r\nkex_exchange_identification: Connection closed by remote host",
    1,
    "jump-onward",
    "jump host gate:2200 cannot reach host u@lab: Name or service not known",
  ],
  [
    "u@gate: Permission denied (publickey,password).\nkex_exchange_identification: Connection closed by remote host",
    0,
    "key-refused",
    "jump host gate:2200 refused the key: Permission denied (publickey,password).",
  ],
  [
    "Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures",
    1,
    "key-refused",
    "host u@lab refused the key: Too many authentication failures",
  ],
  [
    "bind [127.0.0.1]:5050: Address already in use\nchannel_setup_fwd_listener_tcpip: cannot listen to port: 5050",
    2,
    "local-port-in-use",
    "local port 5050 is taken by",
  ],
  [
    "bind [127.0.0.1]:5050: Permission denied\nCould not request local forwarding.",
    2,
    "local-port-forbidden",
    "local port 5050 may only be opened by root",
  ],
  [
    "kex_exchange_identification: read: Connection reset by peer\nConnection reset by 10.0.0.1 port 22",
    1,
    "ssh-closed",
    "host u@lab accepts connections and closes or ignores them",
  ],
  [
    "Connection timed out during banner exchange",
    1,
    "ssh-closed",
    "host u@lab accepts connections and closes or ignores them",
  ],
  ["Connection reset by 10.0.0.1 port 22", 2, "connection-lost", "the connection to host u@lab was lost"],
  ["Timeout, server lab not responding.", 2, "connection-lost", "was lost: it no longer answers"],
  [
    "@ WARNING: UNPROTECTED PRIVATE KEY FILE! @\nu@lab: Permission denied (publickey).",
    1,
    "key-file",
    "because others may read it",
  ],
  ["Killed by signal 15.", 2, "ssh-ended", "ssh ended: Killed by signal 15."],
];

it.each(words)("%j after %i hops is %s", (text, hop, code, found) => {
  const outcome = classify(text, hop);
  expect(outcome.code).toBe(code);
  expect(outcome.found).toContain(found);
  expect(outcome.fix).not.toBe("");
});

it("gives the command that asks about a host key for the hop that it is about", () => {
  expect(classify("Host key verification failed.", 0).fix).toContain("ssh -p 2200 gate true");
  expect(classify("Host key verification failed.", 1).fix).toContain("ssh -J gate:2200 u@lab true");
});
