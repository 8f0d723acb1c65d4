import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { envExample } from "@pnmlab/config";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pnmlab-check-env-"));
  writeFileSync(join(root, ".env.example"), envExample());
});
afterEach(() => rmSync(root, { recursive: true }));

function bash(script: string, input = ""): string {
  const libraries = ["env", "report", "check-env"]
    .map((name) => `. '${join(import.meta.dirname, `${name}.sh`)}'; `)
    .join("");
  return execFileSync("bash", ["--norc", "-euo", "pipefail", "-c", libraries + script, "bash", root], {
    encoding: "utf8",
    input,
    env: { PATH: process.env.PATH },
  });
}

const secrets = ["AGENT_TOKEN", "SESSION_KEY", "CHECK_TOKEN"].map(
  (name, at) => `PNMLAB_${name}=${String(at).repeat(40)}\n`,
);

function check(text: string | Buffer, mode = 0o600): { status: string; found: string; fix: string } {
  writeFileSync(join(root, ".env"), text);
  chmodSync(join(root, ".env"), mode);
  const [status, , found, , fix] = bash('config_load "$1"; check_env_file').trim().split("\x1f") as string[];
  return { status: status!, found: found!, fix: fix ?? "" };
}

describe("the check of .env", () => {
  it("passes what setup makes, and quoted values with any character", () => {
    expect(check(secrets.join(""))).toMatchObject({ status: "PASS" });
    expect(check(`${secrets.join("")}PNMLAB_SNMP_PROFILES='a=v2c:$x#\\:w'\n`)).toMatchObject({
      status: "PASS",
    });
  });

  it("names a missing file and its fix", () => {
    const line = bash('config_load "$1"; check_env_file');
    expect(line).toMatch(/^FAIL.*missing.*scripts\/setup/);
  });

  it.each([
    ["a name with a typo, with the nearest known one", "PNMLAB_HTP_PORT=1\n", "near: PNMLAB_HTTP_PORT"],
    ["a typo in the prefix", "PNMLB_HTTP_PORT=1\n", "near: PNMLAB_HTTP_PORT"],
    ["a name like no other", "PNMLAB_SOMETHING_ELSE_ALTOGETHER=1\n", "not a known setting"],
    ["a name that is given twice", "PNMLAB_HTTP_PORT=1\nPNMLAB_HTTP_PORT=2\n", "given twice"],
    ["carriage returns", "PNMLAB_HTTP_PORT=5060\r\n", "carriage return"],
    ["a byte order mark", "\uFEFFPNMLAB_HTTP_PORT=5060\n", "no plain text in line 1"],
    ["quotes of a word processor", "\nPNMLAB_AGENT_NAME=“lab-1”\n", "no plain text in line 2"],
    ["a no-break space", "PNMLAB_AGENT_NAME=\u00a0lab-1\n", "no plain text in line 1"],
    ["a control character", "PNMLAB_AGENT_NAME=lab\u0007\n", "no plain text in line 1"],
    ["a line that is no setting", "what is this\n", "no setting can be read from line 1"],
    ["a quote that does not close", "PNMLAB_AGENT_NAME='lab-1\n", "no setting can be read from line 1"],
    ["a port that is none", "PNMLAB_HTTP_PORT=http\n", 'PNMLAB_HTTP_PORT is "http"'],
    ["a port beyond the range", "PNMLAB_TFTP_PORT=65536\n", 'PNMLAB_TFTP_PORT is "65536"'],
  ])("fails for %s", (_what, text, words) => {
    const { status, found, fix } = check(text + secrets.join(""));
    expect(found).toContain(words);
    expect(status).toBe("FAIL");
    expect(fix).not.toBe("");
  });

  it("fails where others may read the file", () => {
    expect(check(secrets.join(""), 0o644)).toMatchObject({ status: "FAIL", fix: "chmod 600 .env" });
  });

  it("warns of a value that Compose and the programs read differently", () => {
    const { status, found } = check(`${secrets.join("")}PNMLAB_SNMP_PROFILES=a=v2c:r$x:w\n`);
    expect(status).toBe("WARN");
    expect(found).toContain("PNMLAB_SNMP_PROFILES");
    expect(found).not.toContain("r$x");
  });
});

describe("results", () => {
  const settle = (lines: string[][]) =>
    bash("report_settle", lines.map((line) => `${line.join("\x1f")}\n`).join(""))
      .trim()
      .split("\n")
      .map((line) => line.split("\x1f").slice(0, 3).join(" "));

  it("that follow from another failure are warnings which name it", () => {
    expect(
      settle([
        ["FAIL", "service.backend", "exited", "", ""],
        ["FAIL", "backend.answers", "refused", "", ""],
        ["FAIL", "env.file", "junk", "", ""],
      ]),
    ).toEqual([
      "FAIL service.backend exited",
      "WARN backend.answers refused (follows from service.backend)",
      "FAIL env.file junk",
    ]);
  });

  it("of programs whose secret is missing or old follow from that", () => {
    const settleFailures = (...ids: string[]) => settle(ids.map((id) => ["FAIL", id, "", "", ""]));
    expect(
      settleFailures("env.secrets", "service.agent", "service.agent.settings", "agent.authenticated"),
    ).toEqual([
      "FAIL env.secrets ",
      "WARN service.agent  (follows from env.secrets)",
      "WARN service.agent.settings  (follows from env.secrets)",
      "WARN agent.authenticated  (follows from env.secrets)",
    ]);
    expect(settleFailures("service.agent.settings", "agent.authenticated", "service.simulator")).toEqual([
      "FAIL service.agent.settings ",
      "WARN agent.authenticated  (follows from service.agent.settings)",
      "FAIL service.simulator ",
    ]);
  });

  it("of a service that calls itself unhealthy are a failure unless another check says why", () => {
    const unhealthy = ["UNHEALTHY", "service.agent", "not connected", "", ""];
    expect(settle([unhealthy])).toEqual(["FAIL service.agent not connected"]);
    expect(settle([unhealthy, ["FAIL", "agent.authenticated", "token mismatch", "", ""]])).toEqual([
      "WARN service.agent not connected (another check says why)",
      "FAIL agent.authenticated token mismatch",
    ]);
  });

  it("keep empty fields, and text that JSON must escape", () => {
    const json = bash('result PASS a "say \\"x\\" \\\\ \\$y" "" "fix" >"$1/r"; report_json "$1/r"');
    expect(JSON.parse(json)).toEqual({
      id: "a",
      status: "PASS",
      found: 'say "x" \\ $y',
      expected: "",
      fix: "fix",
    });
  });
});
