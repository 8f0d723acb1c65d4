import { expect, test } from "vitest";
import { versionRemark } from "./version-remark.ts";

const build = { version: "1.9.0", commit: "aaaa", dirty: false, builtAt: "2026-01-01T00:00:00.000Z" };

test("an agent of the backend's own build has nothing to remark", () => {
  expect(versionRemark(build, build)).toBeUndefined();
  expect(versionRemark({ ...build, commit: "unknown" }, build)).toBeUndefined();
});

test("versions are compared by their numbers, and the older side is named", () => {
  expect(versionRemark(build, { ...build, version: "1.10.0" })).toContain("update the agent");
  expect(versionRemark({ ...build, version: "1.10.0" }, build)).toContain("update the backend");
  expect(versionRemark({ ...build, version: "2.0" }, { ...build, version: "2.0.0" })).toBeUndefined();
});

test("another commit of the same version is said", () => {
  expect(versionRemark(build, { ...build, commit: "bbbb" })).toContain("commit aaaa, the backend from bbbb");
});
