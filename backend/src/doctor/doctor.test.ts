import { expect, test } from "vitest";
import { pass } from "../health/verdict.ts";
import { compareBuilds } from "./builds.ts";
import { type CheckFamily, single } from "./family.ts";
import { runFamilies } from "./runner.ts";
import { judgeRemoval } from "./tftp.ts";

const good = pass("good", "good");

test("a check that hangs or throws says so, keeps what it has told, and holds up no other", async () => {
  const partial: CheckFamily = {
    checks: [
      { id: "a.first", title: "First" },
      { id: "a.second", title: "Second" },
      { id: "a.third", title: "Third", isOptional: true },
    ],
    asksOthers: false,
    run: async (tell) => {
      tell("a.first", good);
      await new Promise(() => undefined);
    },
  };
  const late: CheckFamily = {
    checks: [{ id: "late", title: "Late" }],
    asksOthers: false,
    run: async (tell) => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      tell("late", good);
    },
  };
  const broken = single({ id: "broken", title: "Broken" }, () => {
    throw new Error("no such thing");
  });
  const checks = await runFamilies([partial, late, broken, single({ id: "b", title: "B" }, () => good)], 100);
  expect(checks.map(({ id, status, found }) => `${status} ${id}: ${found}`)).toEqual([
    "pass a.first: good",
    "fail a.second: the check did not finish within 100 ms",
    "fail late: the check did not finish within 100 ms",
    "fail broken: no such thing",
    "pass b: good",
  ]);
});

test.each([
  ["the same commit", { commit: "aa", dirty: true }, { commit: "aa", dirty: true }, "pass"],
  ["another tree of one commit", { commit: "aa", dirty: false }, { commit: "aa", dirty: true }, "warn"],
  ["another commit", { commit: "aa", dirty: false }, { commit: "bb", dirty: false }, "fail"],
] as const)("%s of two programs is judged", (_what, own, other, status) => {
  expect(compareBuilds(own, other, "agent lab-1").status).toBe(status);
});

const works = { ok: true } as const;
const denied = { ok: false, reason: "EROFS: read-only file system" } as const;
test.each([
  ["auto", works, works, "pass"],
  ["auto", works, denied, "pass"],
  ["auto", denied, works, "warn"],
  ["auto", denied, denied, "fail"],
  ["unlink", works, denied, "fail"],
  ["tftp", denied, works, "fail"],
] as const)("with cleanup %s the way that is set must work", (cleanup, overTftp, byUnlink, status) => {
  const server = { host: "127.0.0.1", port: 69 };
  expect(judgeRemoval({ overTftp, byUnlink }, cleanup, { server }).status).toBe(status);
});
