import { randomUUID } from "node:crypto";
import {
  type LabMask,
  labMaskSchema,
  MOST_LAB_MASK_POINTS,
  MOST_LAB_MASK_POINTS_OF_ALL,
  MOST_LAB_MASKS,
} from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { lineMask } from "../_test/detection.ts";
import { openTestBackend, TestBrowser, waitFor } from "../_test/support.ts";

async function openMasks() {
  const backend = await openTestBackend();
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${backend.url}/api/masks${path}`, {
      method,
      headers: {
        ...backend.signedIn,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as { masks: LabMask[]; mask: LabMask } };
  };
  return { backend, call };
}

/** A line of so many points. */
function lineOf(points: number) {
  return Array.from({ length: points }, (_, k) => ({
    frequencyHz: 5e6 + k * 12_345.678,
    levelDbmv: -45.6789,
  }));
}

test("a mask is put under an id of the caller, listed by port, told to browsers, changed and taken away", async () => {
  const { backend, call } = await openMasks();
  const browser = await TestBrowser.open(backend);
  const id = randomUUID();
  const { severity, ...wanted } = lineMask();
  const put = await call("PUT", `/${id}`, wanted);
  expect(put.status).toBe(200);
  expect(labMaskSchema.parse(put.body.mask)).toMatchObject({
    ...wanted,
    id,
    severity: "major",
    updatedBy: "local",
    watch: { state: "idle", sentence: expect.stringContaining("No capture runs on this port") },
  });
  await waitFor(() => browser.last("masks")?.rfPortIfIndex === 5);
  const changed = await call("PUT", `/${id}`, { ...wanted, severity: "critical", name: "node 8" });
  expect(changed.body.mask).toMatchObject({ id, severity: "critical", name: "node 8" });
  expect((await call("GET", "?cmtsId=lab-cmts-1&rfPortIfIndex=5")).body.masks).toHaveLength(1);
  expect((await call("GET", "?cmtsId=lab-cmts-1&rfPortIfIndex=6")).body.masks).toEqual([]);
  expect(await call("DELETE", `/${id}`)).toMatchObject({ status: 200, body: { mask: { id } } });
  expect((await call("GET", "")).body.masks).toEqual([]);
  expect(await call("DELETE", `/${id}`)).toMatchObject({
    status: 404,
    body: { error: { code: "MASK_UNKNOWN" } },
  });
});

test("the audit names who put a mask, with the number of its points in place of them", async () => {
  const { backend, call } = await openMasks();
  const id = randomUUID();
  await call("PUT", `/${id}`, lineMask());
  await call("DELETE", `/${id}`);
  await waitFor(() => backend.storage.audit.list(10).length >= 2);
  const entries = backend.storage.audit.list(10);
  expect(entries.find(({ action }) => action === "PUT /api/masks/:id")).toMatchObject({
    user: "local",
    outcome: "done",
    details: { id, name: "node 7", source: { from: "points", pointsCount: 2 } },
  });
  expect(entries.map(({ action }) => action)).toContain("DELETE /api/masks/:id");
});

test("names are unique on a port, ids are of one port, and more masks than the bound are refused in words", async () => {
  const { call } = await openMasks();
  const id = randomUUID();
  await call("PUT", `/${id}`, lineMask());
  expect(await call("PUT", `/${randomUUID()}`, lineMask())).toMatchObject({
    status: 409,
    body: { error: { code: "MASK_CONFLICT", message: expect.stringContaining("“node 7”") } },
  });
  expect(await call("PUT", `/${id}`, lineMask({ rfPortIfIndex: 6 }))).toMatchObject({ status: 409 });
  expect(await call("PUT", `/${randomUUID()}`, lineMask({ rfPortIfIndex: 6 }))).toMatchObject({
    status: 200,
  });
  expect(await call("PUT", `/${randomUUID()}`, lineMask({ cmtsId: "elsewhere" }))).toMatchObject({
    status: 404,
    body: { error: { code: "CMTS_UNKNOWN" } },
  });
  for (let k = 1; k < MOST_LAB_MASKS; k += 1) {
    expect(await call("PUT", `/${randomUUID()}`, lineMask({ name: `mask ${k}` }))).toMatchObject({
      status: 200,
    });
  }
  expect(await call("PUT", `/${randomUUID()}`, lineMask({ name: "one more" }))).toMatchObject({
    status: 422,
    body: { error: { code: "MASK_INVALID", message: "the lab watches 12 masks on a port at most" } },
  });
});

test("all lines together have a bound, so that neither memory nor an answer grows without end", async () => {
  const { backend, call } = await openMasks();
  const line = lineOf(MOST_LAB_MASK_POINTS);
  const full = Math.floor(MOST_LAB_MASK_POINTS_OF_ALL / MOST_LAB_MASK_POINTS);
  const id = randomUUID();
  for (let k = 0; k < full; k += 1) {
    const port = { rfPortIfIndex: 100 + Math.floor(k / MOST_LAB_MASKS), name: `mask ${k}` };
    const mask = { ...lineMask(port), source: { from: "floor" as const, upperDb: 6, line } };
    backend.masks.put(k === 0 ? id : randomUUID(), mask, "anna");
  }
  const source = { from: "floor", upperDb: 6, line };
  expect(await call("PUT", `/${randomUUID()}`, { ...lineMask(), source })).toMatchObject({
    status: 422,
    body: { error: { code: "MASK_INVALID", message: expect.stringContaining("250000 is the most") } },
  });
  // One that is there may be put again.
  const again = { ...lineMask({ rfPortIfIndex: 100, name: "renamed" }), source };
  expect(await call("PUT", `/${id}`, again)).toMatchObject({ status: 200 });
});

test("a line of the most points is taken, and one point more, a line of one, or a mask without a limit is refused", async () => {
  const { call } = await openMasks();
  const put = (source: unknown) => call("PUT", `/${randomUUID()}`, { ...lineMask(), source });
  expect(await put({ from: "floor", upperDb: 6, line: lineOf(MOST_LAB_MASK_POINTS) })).toMatchObject({
    status: 200,
  });
  const refused = [
    { from: "floor", upperDb: 6, line: lineOf(MOST_LAB_MASK_POINTS + 1) },
    { from: "points", points: lineOf(1) },
    { from: "reference", line: lineOf(2) },
  ];
  for (const source of refused) {
    expect(await put(source)).toMatchObject({ status: 400, body: { error: { code: "REQUEST_INVALID" } } });
  }
});
