import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { tokenOf, wayOf } from "./way.ts";

const none = { agentCaFile: "", agentCertFile: "", agentKeyFile: "", agentProxy: "" } as const;

test.each([
  ["wss://lab.example.net", {}, undefined],
  ["wss://lab.example.net", { HTTPS_PROXY: "http://proxy:3128" }, "http://proxy:3128"],
  ["wss://lab.example.net", { https_proxy: "proxy:3128" }, "http://proxy:3128"],
  ["ws://lab.example.net:5050", { HTTPS_PROXY: "http://proxy:3128" }, undefined],
  ["wss://lab.example.net", { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "a.net,.example.net" }, undefined],
  ["wss://lab.example.net", { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "*" }, undefined],
  [
    "wss://lab.example.net",
    { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "example.net:8443" },
    "http://proxy:3128",
  ],
  [
    "wss://badexample.net",
    { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "example.net" },
    "http://proxy:3128",
  ],
  ["wss://127.0.0.1:8443", { HTTPS_PROXY: "http://proxy:3128" }, undefined],
] as const)("the way to %s with %o goes through %s", (backendUrl, env, proxyUrl) => {
  expect(wayOf({ backendUrl, ...none }, env).proxyUrl).toBe(proxyUrl);
});

test("the setting wins over the environment, also for ws:// and where it says none", () => {
  const env = { HTTPS_PROXY: "http://proxy:3128" };
  const own = "http://other:8080";
  expect(wayOf({ ...none, backendUrl: "ws://lab", agentProxy: own }, env).proxyUrl).toBe(own);
  expect(wayOf({ ...none, backendUrl: "wss://lab", agentProxy: "none" }, env).proxyUrl).toBeUndefined();
});

test("a token file is read anew each time, and one that holds no token is told by its setting", () => {
  const folder = mkdtempSync(join(tmpdir(), "pnmlab-token-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const agentTokenFile = join(folder, "token");
  const token = tokenOf({ agentToken: "", agentTokenFile }) as () => string;
  expect(token).toThrow(/^PNMLAB_AGENT_TOKEN_FILE names .*token, which cannot be read \(ENOENT/);
  writeFileSync(agentTokenFile, "two words\n");
  expect(token).toThrow(/which does not hold one token/);
  for (const letter of ["a", "b"]) {
    writeFileSync(agentTokenFile, `${letter.repeat(43)}\n`);
    expect(token()).toBe(letter.repeat(43));
  }
});
