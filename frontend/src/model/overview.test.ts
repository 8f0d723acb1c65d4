import type { Agent, Capture } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { filterCaptures } from "./capture-filter.ts";
import { chainOf } from "./chain.ts";
import { headlineOf, healthProblems, problemsOf } from "./headline.ts";
import { buildRows } from "./health-words.ts";
import { emptySnapshot, type LabSnapshot } from "./lab-state.ts";
import { aSession } from "./testing.ts";

const NOW = Date.parse("2026-11-21T09:42:51Z");

function agent(part: Partial<Agent> = {}): Agent {
  return {
    name: "lab-1",
    origin: "settings",
    site: "",
    targets: ["*"],
    token: null,
    state: "connected",
    sentence: "lab-1 connected.",
    since: "2026-11-21T06:02:00Z",
    address: "10.1.2.3",
    lastConnectedAt: "2026-11-21T06:02:00Z",
    refusal: null,
    hostName: null,
    build: null,
    clockSkewMs: 4,
    roundTripMs: 2,
    profiles: [],
    capabilities: [],
    buildNote: null,
    ...part,
  };
}

function lab(part: Partial<LabSnapshot> = {}): LabSnapshot {
  return {
    ...emptySnapshot(NOW),
    connection: { status: "open", sinceMs: NOW - 1000 },
    agents: [agent()],
    sessions: [],
    health: { status: "ok", checks: [] },
    ...part,
  };
}

const headline = (snapshot: LabSnapshot) => headlineOf(snapshot, problemsOf(snapshot, NOW));

test("the headline of a lab at rest says that it is ready", () => {
  expect(headline(lab())).toBe("The lab is ready. Nothing is being captured.");
});

test("the headline counts what needs somebody and what receives", () => {
  const refusal = {
    code: "TOKEN_MISMATCH",
    reason: "token mismatch",
    address: "10.1.2.9",
    count: 14,
    firstAt: "2026-11-21T09:12:07Z",
    lastAt: "2026-11-21T09:42:00Z",
  };
  const snapshot = lab({
    agents: [agent(), agent({ name: "lab-2", state: "refused", refusal })],
    sessions: [
      aSession({ id: "a" }),
      aSession({
        id: "b",
        rfPortIfIndex: 73,
        state: "stalled",
        rfPortName: "Us 2/0/4",
        newestFrameAt: "2026-11-21T09:42:03Z",
      }),
    ],
  });
  expect(problemsOf(snapshot, NOW).map((problem) => problem.text)).toEqual([
    "Agent lab-2 refused 14 times: token mismatch",
    "Us 2/0/4 stalled for 00:00:48",
  ]);
  expect(headline(snapshot)).toBe("Two things need you. One of two ports is receiving.");
});

test("an agent that was revoked is not missed, one that is lost is", () => {
  const agentsOf = (...agents: Agent[]) =>
    chainOf(lab({ agents }), NOW).find((rung) => rung.name === "Agents");
  expect(agentsOf(agent(), agent({ name: "jump-2", state: "revoked" }))).toMatchObject({
    tone: "ok",
    text: "1 of 1 connected",
  });
  expect(agentsOf(agent(), agent({ name: "jump-2", state: "lost" }))).toMatchObject({
    tone: "warn",
    text: "1 of 2 connected",
  });
});

test("without an agent the lab waits for one", () => {
  expect(headline(lab({ agents: [] }))).toBe("Waiting for the first agent. Nothing is being captured.");
});

test("a lost link is the browser's rung and leaves the others at their last known state", () => {
  const snapshot = lab({
    connection: {
      status: "lost",
      sinceMs: NOW - 3000,
      reason: "the connection broke",
      attempt: 1,
      nextTryAtMs: NOW,
    },
  });
  const chain = chainOf(snapshot, NOW);
  expect(chain.map((rung) => rung.name)).toEqual([
    "Browser",
    "Backend",
    "Agents",
    "SNMP",
    "TFTP server",
    "TFTP directory",
    "Storage",
    "Clock",
  ]);
  expect(chain[0]).toMatchObject({ tone: "fail", text: "lost 3.0 s" });
  expect(chain.slice(1).every((rung) => rung.tone === "unknown" && rung.text === "last known")).toBe(true);
});

test("a check that fails is a problem and colours its rung", () => {
  const check = {
    name: "tftpDirectory" as const,
    status: "failed" as const,
    detail: "The TFTP directory cannot be read.",
    since: "2026-11-21T09:00:00Z",
  };
  const snapshot = lab({ health: { status: "failed", checks: [check] } });
  expect(problemsOf(snapshot, NOW)).toEqual([
    { tone: "fail", text: "The TFTP directory cannot be read.", to: "/health" },
  ]);
  expect(chainOf(snapshot, NOW).find((rung) => rung.name === "TFTP directory")).toMatchObject({
    tone: "fail",
  });
});

test("a page of another commit than the backend is marked", () => {
  const build = (commit: string) => ({ version: "1", commit, dirty: false, builtAt: "2026-01-01T00:00:00Z" });
  const rows = buildRows(
    lab({ backendBuild: build("aaa"), agents: [agent({ build: build("aaa") })] }),
    build("bbb"),
  );
  expect(rows.map((row) => [row.program, row.matches])).toEqual([
    ["Backend", true],
    ["This page", false],
    ["Agent lab-1", true],
  ]);
});

test("captures are filtered by words and by field", () => {
  const capture = (
    id: string,
    fileName: string,
    status: Capture["status"],
    kind: string | null,
  ): Capture => ({
    id,
    fileName,
    sizeBytes: 1,
    sha256: id.repeat(64),
    receivedAt: "2026-11-21T09:00:00Z",
    status,
    kind,
    title: kind ?? "Not a whole file",
    refusal: status === "refused" ? { code: "FILE_SHORT", message: "too short" } : null,
  });
  const list = [
    capture("a", "us_pre_eq_7", "decoded", "usPreEqualizer"),
    capture("b", "utsc_1", "refused", null),
  ];
  const ids = (filter: string) => filterCaptures(list, filter).map((one) => one.id);
  expect(ids("")).toEqual(["a", "b"]);
  expect(ids("EQUALIZER")).toEqual(["a"]);
  expect(ids("status:refused")).toEqual(["b"]);
  expect(ids("kind:us file:pre")).toEqual(["a"]);
  expect(ids("short utsc")).toEqual(["b"]);
});

test("the badge on Health counts what the page Health shows and names the worst, and no capture that has stalled", () => {
  const check = (status: "ok" | "degraded" | "failed", detail = "d") =>
    ({ name: "storage", status, detail, since: "" }) as const;
  const sessions = [aSession({ state: "stalled" })];
  const badgeOf = (...checks: ReturnType<typeof check>[]) =>
    healthProblems(lab({ sessions, health: { status: "ok", checks } }));
  expect(badgeOf(check("ok"))).toBeUndefined();
  expect(badgeOf(check("degraded", "slow"), check("ok"))).toEqual({ count: 1, tone: "warn", text: "Slow" });
  expect(badgeOf(check("degraded"), check("failed", "disk full"))).toEqual({
    count: 2,
    tone: "fail",
    text: "Disk full",
  });
  const connection = { status: "lost" as const, sinceMs: NOW, reason: "gone" };
  expect(healthProblems(lab({ connection }))).toMatchObject({ count: 1, tone: "fail" });
});
