import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { type DeviceOptions, type PersonalityName, personalities, Simulator } from "./index.ts";
import { describePersonality, devicesOf, parseCommandLine } from "./options.ts";

const device = (name: string, port = 0): DeviceOptions => ({
  name,
  personality: "generic",
  port,
  readCommunity: "public",
  writeCommunity: "private",
});

test("several devices answer on their own ports with their own signals", async () => {
  await using simulator = await Simulator.start({
    devices: [device("one"), { ...device("two"), personality: "e6000", scenario: "clean" }],
  });
  const [one, two] = simulator.devices;
  expect(one).toMatchObject({ name: "one", personality: "generic", address: "127.0.0.1" });
  expect(two!.port).not.toBe(one!.port);
  expect(simulator.truth("one", one!.rfPorts[0]!.ifIndex).carriers).not.toEqual([]);
  expect(simulator.truth("two", two!.rfPorts[0]!.ifIndex).carriers).toEqual([]);
  expect(JSON.parse(JSON.stringify(simulator.truth("one", one!.rfPorts[0]!.ifIndex, 0)))).toEqual(
    simulator.truth("one", one!.rfPorts[0]!.ifIndex, 0),
  );
});

test("what does not exist is a named error", async () => {
  await using simulator = await Simulator.start({ devices: [device("one")] });
  expect(() => simulator.truth("two", 1)).toThrow(expect.objectContaining({ code: "UNKNOWN_DEVICE" }));
  expect(() => simulator.truth("one", 1)).toThrow(expect.objectContaining({ code: "UNKNOWN_PORT" }));
  await expect(
    Simulator.start({ devices: [{ ...device("x"), personality: "cbr9" as "generic" }] }),
  ).rejects.toMatchObject({
    code: "UNKNOWN_PERSONALITY",
    message: expect.stringContaining("generic, e6000"),
  });
  await expect(
    Simulator.start({ devices: [{ ...device("x"), scenario: "storm" as "plant" }] }),
  ).rejects.toMatchObject({ code: "UNKNOWN_SCENARIO" });
  await expect(Simulator.start({ devices: [device("x"), device("x")] })).rejects.toMatchObject({
    code: "DUPLICATE_DEVICE",
  });
});

test("a taken port is named, and no device stays behind", async () => {
  const taken = createSocket("udp4").bind(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address();
  const free = createSocket("udp4").bind(0, "127.0.0.1");
  await once(free, "listening");
  const freePort = free.address().port;
  free.close();
  await once(free, "close");
  await expect(
    Simulator.start({ devices: [device("one", freePort), device("two", port)] }),
  ).rejects.toMatchObject({
    code: "PORT_IN_USE",
    details: { port },
  });
  taken.close();
  await using again = await Simulator.start({ devices: [device("one", freePort)] });
  expect(again.devices[0]!.port).toBe(freePort);
});

const config = {
  simHost: "127.0.0.1",
  simSnmpPort: 16_161,
  simCommunities: { read: "public", write: "private" },
};

test("without options two CMTSs come on neighbouring ports", () => {
  expect(devicesOf(parseCommandLine([]), config)).toEqual([
    {
      name: "lab-cmts-1",
      personality: "generic",
      host: "127.0.0.1",
      port: 16_161,
      readCommunity: "public",
      writeCommunity: "private",
    },
    {
      name: "lab-cmts-2",
      personality: "e6000",
      host: "127.0.0.1",
      port: 16_162,
      readCommunity: "public",
      writeCommunity: "private",
    },
  ]);
});

test("a personality on the command line makes it one CMTS, other settings go on to the configuration", () => {
  const line = parseCommandLine([
    "--personality=e6000",
    "--rf-ports=24",
    "--tftp-port=6969",
    "--host",
    "0.0.0.0",
    "--port",
    "1161",
    "--community-read=lab",
    "--community-write=rw",
    "--scenario=clean",
    "--seed=7",
    "--log-level=debug",
  ]);
  expect(line.rest).toEqual(["--sim-snmp-port=1161", "--log-level=debug"]);
  expect(devicesOf(line, { ...config, simSnmpPort: 1161 })).toEqual([
    {
      name: "lab-cmts-1",
      personality: "e6000",
      host: "0.0.0.0",
      port: 1161,
      readCommunity: "lab",
      writeCommunity: "rw",
      scenario: "clean",
      seed: "7",
      rfPorts: 24,
      tftpPort: 6969,
    },
  ]);
});

test("several personalities come on neighbouring ports, all of them by one word", () => {
  const devices = (names: string) =>
    devicesOf(parseCommandLine([`--personality=${names}`]), config).map(({ name, personality, port }) => [
      name,
      personality,
      port,
    ]);
  expect(devices("casa-evo,cisco-cbr8")).toEqual([
    ["lab-cmts-1", "casa-evo", 16_161],
    ["lab-cmts-2", "cisco-cbr8", 16_162],
  ]);
  expect(devices("all")).toHaveLength(Object.keys(personalities).length);
});

test("every quirk of a personality cites its source", () => {
  for (const name of Object.keys(personalities) as PersonalityName[]) {
    const { quirks } = personalities[name];
    expect(quirks.length).toBeGreaterThan(5);
    expect(quirks.filter(({ what, source }) => what === "" || source === "")).toEqual([]);
    expect(new Set(quirks.map(({ what }) => what)).size).toBe(quirks.length);
    expect(describePersonality(name)).toContain(`- ${quirks[0]!.what} [${quirks[0]!.source}]`);
  }
});

test.each([
  [["--personality=cbr9"], "--personality takes generic or e6000 or"],
  [["--scenario", "storm"], "--scenario takes plant or clean"],
  [["1161"], '"1161" is not an option'],
  [["--port"], "--port needs a value"],
  [["--rf-ports=0"], "--rf-ports takes a number from 1 to 256"],
  [["--control-port=http"], "--control-port takes a number from 1 to 65535"],
  [["--describe=x"], "--describe takes generic"],
])("options %o are refused by name", (args, message) => {
  expect(() => parseCommandLine(args)).toThrow(message);
});

test("the guide lists what every personality does differently", async () => {
  const guide = await readFile(new URL("../../../docs/simulator.md", import.meta.url), "utf8");
  for (const name of Object.keys(personalities) as PersonalityName[]) {
    expect(guide).toContain(`### ${personalities[name].title} (\`${name}\`)\n\n`);
    expect(guide).toContain(describePersonality(name).split("\n\n")[1]!.trim());
  }
});

test("help is asked for wherever it stands", () => {
  expect(parseCommandLine(["--port", "1", "--help"]).help).toBe(true);
});

const runProgram = (...args: string[]) =>
  promisify(execFile)(process.execPath, [
    "--conditions=@pnmlab/source",
    fileURLToPath(new URL("./main.ts", import.meta.url)),
    ...args,
  ]);

test("the program lists its options and ends with one line where one is wrong", async () => {
  const { stdout } = await runProgram("--help");
  expect(stdout).toMatch(/cisco-cbr8 +Cisco cBR-8/);
  await expect(runProgram("--personality=cbr9")).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^simulator: --personality takes generic or .*, not "cbr9"\n$/),
  });
});
