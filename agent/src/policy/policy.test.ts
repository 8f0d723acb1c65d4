import type { AgentPermission } from "@pnmlab/config";
import type { Varbind } from "@pnmlab/protocol";
import { describe, expect, it } from "vitest";
import type { CommunityProfile } from "../snmp/index.ts";
import { Policy, profilesOf } from "./index.ts";
import { TargetNetworks } from "./networks.ts";

const sim: CommunityProfile = {
  name: "sim",
  version: "v2c",
  readCommunity: "secret-r",
  writeCommunity: "secret-w",
};
const DOCS_PNM = "1.3.6.1.4.1.4491.2.1.27";

function policyWith(options: Partial<ConstructorParameters<typeof Policy>[0]> = {}): Policy {
  return new Policy({ targets: ["127.0.0.0/8"], setSubtrees: [DOCS_PNM], profiles: [sim], ...options });
}

function target(host: string, profile = "sim") {
  return { host, port: 161, profile };
}

function set(oid: string): Varbind[] {
  return [{ oid, value: { type: "Integer", value: 1 } }];
}

describe("targets", () => {
  it("lets an address of its networks through, with the profile that was named", async () => {
    expect(await policyWith().endpointOf(target("127.3.2.1"), 1000)).toEqual({
      host: "127.3.2.1",
      address: "127.3.2.1",
      family: 4,
      port: 161,
      profile: sim,
      maxOutstanding: 1,
    });
  });

  it("resolves a name and keeps the address that it has checked", async () => {
    const endpoint = await policyWith().endpointOf(target("localhost"), 5000);
    expect(endpoint).toMatchObject({ host: "localhost", address: "127.0.0.1", family: 4 });
  });

  it.each([
    ["10.0.0.1", ["127.0.0.0/8"]],
    ["10.20.1.0", ["10.20.0.0/24"]],
    ["10.20.0.2", ["10.20.0.1"]],
    ["::1", ["127.0.0.0/8"]],
    ["localhost", ["10.0.0.0/8"]],
    ["127.0.0.1", []],
  ])("refuses %s where the networks are %j, by the name of the variable", async (host, targets) => {
    const error = await policyWith({ targets })
      .endpointOf(target(host), 5000)
      .catch((reason) => reason);
    expect(error).toMatchObject({
      code: "SNMP_TARGET_REFUSED",
      details: { variable: "PNMLAB_AGENT_TARGETS" },
    });
    expect(error.message).toContain("PNMLAB_AGENT_TARGETS allows");
  });

  it("takes IPv6 networks too", async () => {
    const endpoint = await policyWith({ targets: ["::1/128"] }).endpointOf(target("::1"), 1000);
    expect(endpoint).toMatchObject({ address: "::1", family: 6 });
  });

  it("says that a name cannot be resolved", async () => {
    await expect(policyWith().endpointOf(target("no-such-host.invalid"), 5000)).rejects.toMatchObject({
      code: "SNMP_TRANSPORT",
    });
  });

  it("does not wait for a name server that is silent once the request has been cancelled", async () => {
    const networks = new TargetNetworks(["127.0.0.0/8"], () => new Promise(() => {}));
    const stop = new AbortController();
    const resolved = networks.resolve("cmts.example", 60_000, stop.signal);
    stop.abort(new Error("the agent stops"));
    await expect(resolved).rejects.toThrow("the agent stops");
    await expect(networks.resolve("cmts.example", 60_000, stop.signal)).rejects.toThrow("the agent stops");
  });

  it("names the profiles that it has where it has not the one asked for, and none of their contents", async () => {
    const error = await policyWith()
      .endpointOf(target("127.0.0.1", "field"), 1000)
      .catch((reason) => reason);
    expect(error).toMatchObject({ code: "SNMP_PROFILE_UNKNOWN", details: { profiles: ["sim"] } });
    expect(JSON.stringify(error.toBody())).not.toContain("secret");
  });

  it.each(["10.0.0.0/33", "10.0.0", "10.0.0.0/8/9", "lab.example", "10.0.0.0/", ""])(
    "does not start with %j among its networks",
    (network) => {
      expect(() => policyWith({ targets: [network] })).toThrow(/PNMLAB_AGENT_TARGETS/);
    },
  );
});

describe("SETs", () => {
  it.each([`${DOCS_PNM}.1.3.10.3.1.1.5.1`, DOCS_PNM, "1.3.6.1.4.1.4491.2.1.027.1"])("allows %s", (oid) => {
    policyWith().checkSet(set(oid));
  });

  it.each([
    "1.3.6.1.4.1.4491.2.1.270.1",
    "1.3.6.1.4.1.4491.2.1",
    "1.3.6.1.2.1.1.5.0",
    "1.3.6.1.4.1.4491.2.1.2",
  ])("refuses %s, by the name of the variable", (oid) => {
    expect(() => policyWith().checkSet([...set(`${DOCS_PNM}.1`), ...set(oid)])).toThrow(
      `the agent may not SET ${oid}: PNMLAB_AGENT_SET_SUBTREES allows ${DOCS_PNM}`,
    );
  });

  it("allows the end of a test where SETs are confined to less, and nothing that only calls itself one", () => {
    const policy = policyWith({ setSubtrees: [`${DOCS_PNM}.1.1`], permissions: ["read"] });
    const initiate = `${DOCS_PNM}.1.3.10.3.1.1.5.1`;
    const end: Varbind = { oid: initiate, value: { type: "Integer", value: 2 } };
    expect(() => policy.checkSet([end])).toThrow(/needs "capture"/);
    policy.checkAbort([end]);
    expect(() => policy.checkAbort(set(initiate))).toThrow(/needs "capture"/);
    expect(() => policy.checkAbort([end, ...set(`${DOCS_PNM}.1.1.1.0`)])).toThrow(/needs "capture"/);
    expect(() => policy.checkAbort([{ ...end, oid: "1.3.6.1.2.1.69.1.1.3.0" }])).toThrow(/needs "reset"/);
    expect(() => policyWith().checkAbort(set("1.3.6.1.2.1.1.5.0"))).toThrow(/may not SET/);
  });

  it("does not start with something else than OIDs among its subtrees", () => {
    expect(() => policyWith({ setSubtrees: ["docsPnm"] })).toThrow(/PNMLAB_AGENT_SET_SUBTREES: "docsPnm"/);
  });
});

describe("profiles", () => {
  const simCommunities = { read: "r", write: "w" };

  it("always hold one for the simulator", () => {
    expect(profilesOf({ snmpProfiles: [], simCommunities })).toEqual([
      { name: "sim", version: "v2c", readCommunity: "r", writeCommunity: "w", maxOutstanding: 4 },
    ]);
  });

  it("let the configuration replace it", () => {
    const snmpProfiles = [{ ...sim, version: "v1" as const }];
    expect(profilesOf({ snmpProfiles, simCommunities })).toEqual(snmpProfiles);
  });
});

describe("permissions", () => {
  const reset = { oid: "1.3.6.1.2.1.69.1.1.3.0", value: { type: "Integer" as const, value: 1 } };
  const capture = {
    oid: "1.3.6.1.4.1.4491.2.1.27.1.3.10.3.1.1.5.1",
    value: { type: "Integer" as const, value: 1 },
  };
  const other = { oid: "1.3.6.1.2.1.1.6.0", value: { type: "Integer" as const, value: 1 } };
  const subtrees = ["1.3.6.1.4.1.4491.2.1.27", "1.3.6.1.2.1.1"];
  const withPermissions = (permissions: AgentPermission[]) =>
    new Policy({ targets: [], setSubtrees: subtrees, profiles: [], permissions });

  it.each<[AgentPermission, { oid: string }]>([
    ["capture", capture],
    ["set", other],
    ["reset", reset],
  ])("to %s is asked for by what it guards, and alone opens that", (permission, varbind) => {
    const all = ["read", "capture", "set", "reset"] as const;
    expect(() => withPermissions([permission]).checkSet([varbind as typeof reset])).not.toThrow();
    expect(() =>
      withPermissions(all.filter((other) => other !== permission)).checkSet([varbind as typeof reset]),
    ).toThrow(new RegExp(`needs "${permission}"`));
  });

  it("do not keep a test from being ended", () => {
    const end = { ...capture, value: { type: "Integer" as const, value: 2 } };
    expect(() => withPermissions([]).checkAbort([end])).not.toThrow();
    expect(() => withPermissions([]).checkRead()).toThrow(/grants nothing/);
  });

  it("leave resets out where nothing is said", () => {
    const policy = new Policy({ targets: [], setSubtrees: subtrees, profiles: [] });
    expect(() => policy.checkSet([capture, other])).not.toThrow();
    expect(() => policy.checkSet([reset])).toThrow(/reset/);
  });
});

it("gives each device the limit of its network, then of its profile", async () => {
  const profiles = [sim, { ...sim, name: "cmts", maxOutstanding: 4 }];
  const targetLimits = [
    { network: "127.0.0.9", maxOutstanding: 8 },
    { network: "127.1.0.0/16", maxOutstanding: 2 },
  ];
  const policy = new Policy({ targets: ["127.0.0.0/8"], setSubtrees: [], profiles, targetLimits });
  const limitOf = async (host: string, profile: string) =>
    (await policy.endpointOf({ host, port: 161, profile }, 1000)).maxOutstanding;
  expect(await limitOf("127.0.0.9", "sim")).toBe(8);
  expect(await limitOf("127.1.2.3", "cmts")).toBe(2);
  expect(await limitOf("127.0.0.1", "cmts")).toBe(4);
  expect(await limitOf("127.0.0.1", "sim")).toBe(1);
});

it("counts what it refuses by code, and says what it holds to", async () => {
  const policy = policyWith({
    permissions: ["set"],
    targetLimits: [{ network: "127.0.0.9", maxOutstanding: 8 }],
  });
  await policy.endpointOf(target("127.0.0.1"), 1000);
  await policy.endpointOf(target("10.0.0.1"), 1000).catch(() => {});
  await policy.endpointOf(target("127.0.0.1", "other"), 1000).catch(() => {});
  for (const oid of ["1.3.6.1.2.1.1.5.0", `${DOCS_PNM}.1`, "1.3.6.1.2.1.1.6.0"]) {
    expect(() => policy.checkSet(set(oid))).toThrow();
  }
  expect(() => policy.checkRead()).toThrow();
  expect(policy.refused).toEqual({
    SNMP_TARGET_REFUSED: 1,
    SNMP_PROFILE_UNKNOWN: 1,
    SNMP_SET_REFUSED: 2,
    SNMP_PERMISSION: 2,
  });
  expect(policy.facts).toEqual({
    permissions: ["set"],
    networks: ["127.0.0.0/8"],
    setSubtrees: [DOCS_PNM],
    targetLimits: [{ network: "127.0.0.9", maxOutstanding: 8 }],
  });
});
