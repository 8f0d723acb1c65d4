import { utscDryRunSchema, utscOptionsSchema, utscProfileAnswerSchema } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { openTestBackend } from "../_test/support.ts";
import { startChain } from "../_test/utsc/chain.ts";

async function openSetup() {
  const chain = await startChain("e6000");
  const backend = await openTestBackend({
    utscSetup: {
      options: (_cmtsId, _ifIndex, profileId) => chain.options(profileId),
      dryRun: (request) => chain.dryRun({ spanHz: request.spanHz }),
      columns: () => undefined,
      frame: (id, sequence) => chain.frame(id, sequence),
    },
  });
  const call = async (path: string, init: RequestInit = {}) => {
    const headers = { ...backend.signedIn, "content-type": "application/json", origin: backend.url };
    const response = await fetch(`${backend.url}/api${path}`, { ...init, headers });
    return { status: response.status, body: (await response.json()) as unknown };
  };
  return { chain, backend, call };
}

test("a vendor profile is chosen and taken back over the API, stored, and audited", async () => {
  const { backend, call } = await openSetup();
  const put = (profile: string | null) =>
    call("/cmts/lab-cmts-1/profile", { method: "PUT", body: JSON.stringify({ profile }) });
  const chosen = await put("casa-c100g");
  expect(chosen.status).toBe(200);
  expect(utscProfileAnswerSchema.parse(chosen.body)).toMatchObject({
    profile: { id: "casa-c100g", isOverridden: true, detectedId: null },
  });
  expect(backend.storage.profileChoices.get("lab-cmts-1")).toBe("casa-c100g");
  expect(await put("nobody")).toMatchObject({
    status: 404,
    body: { error: { code: "UTSC_PROFILE_UNKNOWN" } },
  });
  const back = await put(null);
  expect(utscProfileAnswerSchema.parse(back.body).profile).toMatchObject({
    id: "generic",
    isOverridden: false,
    detectedBy: expect.stringContaining("not told yet"),
  });
  expect(backend.storage.profileChoices.get("lab-cmts-1")).toBeUndefined();
  const audited = backend.storage.audit.list(10).map(({ action, outcome }) => [action, outcome]);
  expect(audited).toEqual([
    ["PUT /api/cmts/:id/profile", "done"],
    ["PUT /api/cmts/:id/profile", "refused"],
    ["PUT /api/cmts/:id/profile", "done"],
  ]);
});

test("options and dry run pass the wire whole, and a dry run is no action in the audit", async () => {
  const { chain, backend, call } = await openSetup();
  const options = await call(`/cmts/lab-cmts-1/rf-ports/${chain.rfPort}/utsc-options?profile=casa-evo`);
  expect(utscOptionsSchema.parse(options.body)).toMatchObject({ profile: { id: "casa-evo" } });
  const body = JSON.stringify({
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: chain.rfPort,
    centerFrequencyHz: 50_000_000,
    spanHz: 85_000_000,
    bins: 800,
    repeatPeriodUs: 100_000,
    outputFormat: "fftPower",
  });
  const run = await call("/utsc/sessions/dry-run", { method: "POST", body });
  expect(utscDryRunSchema.parse(run.body)).toMatchObject({
    verdict: "refused",
    refusals: [{ rule: "span.wideband", suggestion: 80_000_000 }],
  });
  expect(backend.storage.audit.list(10)).toEqual([]);
  expect(await call("/utsc/sessions/s-9/columns")).toMatchObject({ status: 404 });
  expect(await call("/cmts/nowhere/modems?q=00:10")).toMatchObject({ status: 404 });
  expect(await call("/cmts/lab-cmts-1/modems?q=00:10")).toMatchObject({ status: 503 });
  expect(await call("/cmts/lab-cmts-1/modems?channels=12,13")).toMatchObject({ status: 503 });
  expect(await call("/cmts/lab-cmts-1/modems?channels=us1")).toMatchObject({ status: 400 });
  // What nobody has read is told as such, and not read for this question.
  expect(await call("/cmts/lab-cmts-1/upstream-channels/12/modems")).toEqual({
    status: 200,
    body: { counted: null, received: null },
  });
  expect(await call("/cmts/nowhere/upstream-channels/12/modems")).toMatchObject({ status: 404 });
});
