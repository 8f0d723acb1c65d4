import type { DoctorReport } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { build, CHECK_TOKEN, openTestBackend } from "../_test/support.ts";

const report: DoctorReport = {
  startedAt: "2026-01-01T00:00:00.000Z",
  durationMs: 1,
  quick: false,
  build,
  salt: "00",
  fingerprints: {},
  checks: [],
};
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

test("the check token opens the checks and nothing else", async () => {
  const backend = await openTestBackend();
  const checked = await fetch(`${backend.url}/api/doctor?quick=1`, bearer(CHECK_TOKEN));
  expect([checked.status, checked.headers.get("cache-control")]).toEqual([200, "no-store"]);
  for (const path of ["/api/agents", "/api/me", "/api/audit", "/api/docs", "/api/captures"]) {
    expect([path, (await fetch(backend.url + path, bearer(CHECK_TOKEN))).status]).toEqual([path, 401]);
  }
  const health = await (await fetch(`${backend.url}/api/health`, bearer(CHECK_TOKEN))).json();
  expect(health).not.toHaveProperty("checks");
});

test("who is signed in may ask for the checks, and who is not may not", async () => {
  const backend = await openTestBackend({ doctor: { run: async () => report } });
  expect((await fetch(`${backend.url}/api/doctor`, { headers: backend.signedIn })).status).toBe(200);
  const refused = await fetch(`${backend.url}/api/doctor`);
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({ error: { code: "NOT_SIGNED_IN" } });
  expect(backend.storage.audit.list(10)).toEqual([]);
});

test("wrong tokens are audited without the token, and limited, while the right one still opens", async () => {
  let nowMs = Date.now();
  const backend = await openTestBackend({ doctor: { run: async () => report }, now: () => nowMs });
  const wrong = "wrong-token-that-nobody-should-see";
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 14; attempt += 1) {
    statuses.push((await fetch(`${backend.url}/api/doctor`, bearer(wrong))).status);
  }
  expect(statuses).toEqual([...Array<number>(10).fill(401), ...Array<number>(4).fill(429)]);
  expect((await fetch(`${backend.url}/api/doctor`, bearer(CHECK_TOKEN))).status).toBe(200);
  const limited = await fetch(`${backend.url}/api/doctor`, bearer(wrong));
  expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
  const entries = backend.storage.audit.list(100);
  expect(entries).toHaveLength(10);
  expect(entries[0]).toMatchObject({
    outcome: "refused",
    errorCode: "CHECK_TOKEN_WRONG",
    address: "127.0.0.1",
  });
  expect(JSON.stringify(entries) + backend.lines.join("")).not.toContain(wrong);
  nowMs += 60_000;
  expect((await fetch(`${backend.url}/api/doctor`, bearer(wrong))).status).toBe(401);
});

test("unknown parameters are refused by name, and HEAD runs nothing", async () => {
  let runs = 0;
  const doctor = {
    run: async () => {
      runs += 1;
      return report;
    },
  };
  const backend = await openTestBackend({ doctor });
  const refused = await fetch(`${backend.url}/api/doctor?fast=1`, bearer(CHECK_TOKEN));
  expect(refused.status).toBe(400);
  expect(JSON.stringify(await refused.json())).toContain("fast");
  await fetch(`${backend.url}/api/doctor`, { method: "HEAD", ...bearer(CHECK_TOKEN) });
  expect(runs).toBe(0);
});

test("the checks are described in OpenAPI, with their own token", async () => {
  const backend = await openTestBackend();
  const document = (await (
    await fetch(`${backend.url}/api/docs/json`, { headers: backend.signedIn })
  ).json()) as {
    paths: Record<string, { get: { security: unknown } }>;
  };
  expect(document.paths["/api/doctor"]?.get.security).toEqual([{ session: [] }, { checkToken: [] }]);
});
