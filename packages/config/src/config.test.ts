import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  comparableSettings,
  configurationMarkdown,
  defaultRootDir,
  ensureEnvFile,
  envExample,
  inspectConfig,
  loadConfig,
  settingsFingerprints,
} from "./index.ts";

const secrets = { PNMLAB_AGENT_TOKEN: "t".repeat(43), PNMLAB_SESSION_KEY: "k".repeat(43) };

function rootWith(envFile: string): string {
  const rootDir = mkdtempSync(join(tmpdir(), "pnmlab-config-"));
  writeFileSync(join(rootDir, ".env"), envFile);
  return rootDir;
}

test("command line wins over environment, environment over file, file over default", () => {
  const rootDir = rootWith("PNMLAB_HTTP_PORT=6001\nPNMLAB_TFTP_PORT=6002\nPNMLAB_LOG_LEVEL=warn\n");
  const { config, effective } = loadConfig("backend", {
    rootDir,
    env: { ...secrets, PNMLAB_HTTP_PORT: "7001", PNMLAB_TFTP_PORT: "7002" },
    args: ["--http-port=8001"],
  });
  expect([config.httpPort, config.tftpPort, config.logLevel, config.httpHost]).toEqual([
    8001,
    7002,
    "warn",
    "127.0.0.1",
  ]);
  const layerOf = (name: string) => effective.find((value) => value.name === name)?.layer;
  expect(
    ["PNMLAB_HTTP_PORT", "PNMLAB_TFTP_PORT", "PNMLAB_LOG_LEVEL", "PNMLAB_HTTP_HOST"].map(layerOf),
  ).toEqual(["command line", "environment", "file", "default"]);
});

test("defaults follow the values they depend on", () => {
  const rootDir = rootWith("");
  const { config } = loadConfig("backend", { rootDir, env: { ...secrets, PNMLAB_HTTP_PORT: "7050" } });
  expect(config.simSnmpPort).toBe(18161);
  expect(config.cmts).toEqual([
    { id: "lab-cmts-1", host: "127.0.0.1", port: 18161, profile: "sim" },
    { id: "lab-cmts-2", host: "127.0.0.1", port: 18162, profile: "sim" },
  ]);
  expect(config.tftpDir).toBe(join(rootDir, "data", "tftp"));
  expect(loadConfig("agent", { rootDir, env: secrets }).config.backendUrl).toBe("ws://127.0.0.1:5050");
});

test("samples are read by CMTS as the site says, and what is no such setting is refused", () => {
  const load = (text: string) =>
    loadConfig("backend", { rootDir: rootWith(""), env: { ...secrets, PNMLAB_UTSC_SAMPLES: text } }).config
      .utscSamples;
  expect(load("")).toEqual(new Map());
  expect(load("cmts-1=power/little, cmts-2=-60.2dB/cw")).toEqual(
    new Map([
      ["cmts-1", { binCal: "power", byteOrder: "little" }],
      ["cmts-2", { timeOffsetDb: -60.2, binCal: "cw" }],
    ]),
  );
  for (const wrong of ["cmts-1", "cmts-1=", "cmts-1=density", "a=big/little", "a=3dB", "a=cw,a=power"]) {
    expect(() => load(wrong), wrong).toThrow(/PNMLAB_UTSC_SAMPLES/);
  }
});

test("a relative path counts from the folder of .env", () => {
  const rootDir = rootWith("PNMLAB_DATA_DIR=elsewhere\n");
  expect(loadConfig("backend", { rootDir, env: secrets }).config.dataDir).toBe(join(rootDir, "elsewhere"));
});

test("a wrong value is refused in one line with name, value, source and form", () => {
  const rootDir = rootWith("PNMLAB_HTTP_PORT=5o50\n");
  expect(() => loadConfig("backend", { rootDir, env: secrets })).toThrow(
    `PNMLAB_HTTP_PORT "5o50" (from ${join(rootDir, ".env")}) is not valid: expected a port number from 1 to 65535`,
  );
});

test("a missing secret is named, a wrong one is not shown", () => {
  const rootDir = rootWith("");
  expect(() => loadConfig("agent", { rootDir, env: {} })).toThrow(/^PNMLAB_AGENT_TOKEN is not set and/);
  expect(() => loadConfig("agent", { rootDir, env: { PNMLAB_AGENT_TOKEN: "hunter2" } })).toThrow(
    /^PNMLAB_AGENT_TOKEN \(value not shown\) \(from environment\)/,
  );
  const { effective } = loadConfig("agent", { rootDir, env: secrets });
  expect(JSON.stringify(effective)).not.toContain(secrets.PNMLAB_AGENT_TOKEN);
});

test("a wrong community profile is refused without showing it", () => {
  const rootDir = rootWith("");
  const env = { ...secrets, PNMLAB_SNMP_PROFILES: "hq=v2c:s3cret" };
  expect(() => loadConfig("agent", { rootDir, env })).toThrow(/PNMLAB_SNMP_PROFILES \(value not shown\)/);
  const good = loadConfig("agent", { rootDir, env: { ...secrets, PNMLAB_SNMP_PROFILES: "hq=v2c:a:b" } });
  expect(good.config.snmpProfiles).toEqual([
    { name: "hq", version: "v2c", readCommunity: "a", writeCommunity: "b" },
  ]);
});

test("the address of the event webhook is a secret in effective values and in what is said of a wrong one", () => {
  const rootDir = rootWith("PNMLAB_EVENT_WEBHOOK_URL_FILE=webhook\n");
  const load = (text: string) =>
    loadConfig("backend", { rootDir, env: { ...secrets, PNMLAB_EVENT_WEBHOOK_URL: text } });
  const { config, effective } = load("https://hooks.example/s3cret");
  expect(config).toMatchObject({
    eventWebhookUrl: "https://hooks.example/s3cret",
    eventWebhookUrlFile: join(rootDir, "webhook"),
    eventWebhookSeverity: "major",
  });
  expect(JSON.stringify(effective)).not.toContain("s3cret");
  expect(() => load("ftp://hooks.example/s3cret")).toThrow(/PNMLAB_EVENT_WEBHOOK_URL \(value not shown\)/);
});

test("a program is not bothered with what it does not read", () => {
  const rootDir = rootWith("PNMLAB_CMTS=nonsense\n");
  expect(() => loadConfig("agent", { rootDir, env: secrets })).not.toThrow();
  expect(() => loadConfig("backend", { rootDir, env: secrets })).toThrow(/PNMLAB_CMTS "nonsense"/);
});

test("an inspection shows every setting with its flag and source, and all that are wrong at once", () => {
  const rootDir = rootWith("PNMLAB_BACKEND_URL=http://wrong\n");
  const env = { ...secrets, PNMLAB_AGENT_HEALTH_PORT: "99999" };
  const { settings, fileName } = inspectConfig("agent", { rootDir, env, args: ["--agent-name=jump-1"] });
  expect(fileName).toBe(join(rootDir, ".env"));
  const find = (name: string) => settings.find((setting) => setting.name === name);
  expect(find("PNMLAB_AGENT_NAME")).toEqual({
    name: "PNMLAB_AGENT_NAME",
    flag: "--agent-name",
    value: "jump-1",
    layer: "command line",
    problem: undefined,
  });
  expect(find("PNMLAB_AGENT_TOKEN")?.value).toBe("set, not shown");
  expect(find("PNMLAB_SNMP_PROFILES")?.value).toBe("not set");
  const problems = settings.flatMap(({ problem }) => problem ?? []);
  expect(problems).toHaveLength(2);
  expect(problems[0]).toContain(`PNMLAB_BACKEND_URL "http://wrong" (from ${fileName})`);
  expect(problems[1]).toContain("PNMLAB_AGENT_HEALTH_PORT");
});

test("an agent takes the settings file that it is told, and says where that is not there", () => {
  const rootDir = rootWith("PNMLAB_AGENT_NAME=from-root\n");
  const other = join(rootDir, "agent.env");
  writeFileSync(other, "PNMLAB_AGENT_NAME=from-other\nPNMLAB_AGENT_TOKEN_FILE=token\n");
  const { config } = loadConfig("agent", { rootDir: "/elsewhere", env: { PNMLAB_SETTINGS_FILE: other } });
  expect(config.agentName).toBe("from-other");
  // Beside the settings, wherever those are.
  expect(config.agentTokenFile).toBe(join(rootDir, "token"));
  expect(() => loadConfig("agent", { rootDir, env: secrets, args: ["--settings-file=/none.env"] })).toThrow(
    "/none.env (PNMLAB_SETTINGS_FILE) cannot be read: there is no such file",
  );
});

test("an unknown name is warned about with the nearest known one", () => {
  const rootDir = rootWith("PNMLAB_HTP_PORT=1\n");
  expect(loadConfig("backend", { rootDir, env: secrets }).warnings).toEqual([
    "PNMLAB_HTP_PORT is not a known setting and has no effect; did you mean PNMLAB_HTTP_PORT?",
  ]);
});

test("fingerprints agree where name, text and salt agree, and are what a shell computes", () => {
  const texts = loadConfig("backend", { rootDir: rootWith(""), env: secrets }).texts;
  const names = ["PNMLAB_AGENT_NAME", "PNMLAB_AGENT_TOKEN"];
  const first = settingsFingerprints(texts, "s1", names);
  const line = execFileSync("sh", ["-c", "printf '%s:%s:%s' s1 PNMLAB_AGENT_NAME lab-1 | sha256sum"]);
  expect(first.PNMLAB_AGENT_NAME).toBe(line.toString().slice(0, 12));
  expect(settingsFingerprints({ ...texts }, "s1", names)).toEqual(first);
  const other = settingsFingerprints({ ...texts, PNMLAB_AGENT_NAME: "lab-2" }, "s1", names);
  expect(other.PNMLAB_AGENT_NAME).not.toBe(first.PNMLAB_AGENT_NAME);
  expect(other.PNMLAB_AGENT_TOKEN).toBe(first.PNMLAB_AGENT_TOKEN);
  expect(settingsFingerprints(texts, "s2", names).PNMLAB_AGENT_TOKEN).not.toBe(first.PNMLAB_AGENT_TOKEN);
});

test("settings that say where a program stands are not compared", () => {
  const shared = comparableSettings("agent", "backend");
  expect(shared).toContain("PNMLAB_AGENT_TOKEN");
  expect(shared).not.toContain("PNMLAB_HTTP_HOST");
  expect(shared).not.toContain("PNMLAB_SNMP_PROFILES");
});

test("setup makes fresh secrets once, keeps what is there and closes the file to others", () => {
  const rootDir = mkdtempSync(join(tmpdir(), "pnmlab-setup-"));
  writeFileSync(join(rootDir, ".env.example"), envExample());
  expect(ensureEnvFile(rootDir)).toEqual(["PNMLAB_AGENT_TOKEN", "PNMLAB_SESSION_KEY", "PNMLAB_CHECK_TOKEN"]);
  const first = readFileSync(join(rootDir, ".env"), "utf8");
  expect(statSync(join(rootDir, ".env")).mode & 0o077).toBe(0);
  expect(ensureEnvFile(rootDir)).toEqual([]);
  expect(readFileSync(join(rootDir, ".env"), "utf8")).toBe(first);
  expect(loadConfig("backend", { rootDir, env: {} }).config.agentToken).toMatch(/^[\w-]{43}$/);
});

test("the committed template and the documentation say what the declarations say", () => {
  expect(readFileSync(join(defaultRootDir, ".env.example"), "utf8")).toBe(envExample());
  expect(readFileSync(join(defaultRootDir, "docs", "configuration.md"), "utf8")).toBe(
    configurationMarkdown(),
  );
});
