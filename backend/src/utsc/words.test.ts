import { PnmLabError } from "@pnmlab/kit";
import type { Failure } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { captureTimeMs } from "./capture-time.ts";
import { consequenceOf, failureOf } from "./failure.ts";
import { baseNameOf, filePrefixOf, newSessionId, parseOwnFileName } from "./file-name.ts";
import { type Situation, sentenceOf } from "./sentence.ts";
import { refusalText } from "./snmp-words.ts";
import { stallFailure } from "./stall.ts";

const situation: Situation = {
  state: "idle",
  step: "reading",
  lastFileAt: undefined,
  measStatus: undefined,
  remedy: undefined,
  agentSentence: undefined,
  failure: undefined,
  leftToOther: false,
};
const lastFileAt = new Date(2026, 10, 21, 9, 42, 3);
const today = lastFileAt.toDateString() === new Date().toDateString();
const since = today ? "09:42:03" : "21 Nov 09:42";
const failure = (overrides: Partial<Failure>): Failure => ({
  rung: "snmp",
  code: "X",
  message: "it broke",
  at: lastFileAt.toISOString(),
  ...overrides,
});

test.each<[Partial<Situation>, string]>([
  [{}, "Not started."],
  [{ state: "configuring" }, "Configuring, step 1 of 5. Reading what the CMTS has."],
  [{ state: "configuring", step: "destination" }, "Configuring, step 2 of 5. Writing the destination row."],
  [{ state: "configuring", step: "row" }, "Configuring, step 3 of 5. Writing the capture row."],
  [{ state: "configuring", step: "readBack" }, "Configuring, step 4 of 5. Row written, reading it back."],
  [
    { state: "armed" },
    "Configuring, step 5 of 5. Row written and read back. Waiting for the CMTS to say busy.",
  ],
  [{ state: "running" }, "Running. The CMTS says busy, waiting for the first file."],
  [{ state: "receiving" }, "Receiving."],
  [
    { state: "receiving", agentSentence: "agent lab-1 lost since 09:41:00" },
    "Receiving. Agent lab-1 lost since 09:41:00.",
  ],
  [
    { state: "receiving", failure: failure({ message: "10.0.0.1:161 did not answer" }) },
    "Receiving. 10.0.0.1:161 did not answer.",
  ],
  [
    { state: "stalled", lastFileAt, measStatus: "busy", remedy: { kind: "rearm", attempt: 3, of: 5 } },
    `Stalled, no file since ${since}. The CMTS says busy. Re-arming, try 3 of 5.`,
  ],
  [
    { state: "stalled", measStatus: "sampleReady", remedy: { kind: "reconfigure" } },
    "Stalled, no file yet. The CMTS says sampleReady. Configuring again from the beginning.",
  ],
  [
    { state: "stalled", lastFileAt, measStatus: "busy", agentSentence: "agent lab-1 lost since 09:41:00" },
    `Stalled, no file since ${since}. Agent lab-1 lost since 09:41:00. The session goes on when the agent is back.`,
  ],
  [
    {
      state: "stalled",
      lastFileAt,
      failure: failure({ code: "SNMP_TIMEOUT", message: "10.0.0.1:161 did not answer" }),
    },
    `Stalled, no file since ${since}. 10.0.0.1:161 did not answer. Trying again.`,
  ],
  [
    { state: "stalled", failure: failure({ rung: "file", message: "pnmlab_a_c1_1 was refused: too short" }) },
    "Stalled, no readable file yet. pnmlab_a_c1_1 was refused: too short.",
  ],
  [{ state: "stopping" }, "Stopping. Ending the test and waiting for the CMTS to be idle."],
  [
    { state: "stopping", agentSentence: "agent lab-1 lost since 09:41:00" },
    "Stopping. Agent lab-1 lost since 09:41:00. The test is ended and the row cleared when the agent is back.",
  ],
  [{ state: "stopping", failure: failure({}) }, "Stopping. It broke. Trying again."],
  [{ state: "stopped" }, "Stopped. The CMTS is idle, the files are removed."],
  [
    { state: "stopped", endedBySingle: true },
    "Stopped by Single, with its one capture. The CMTS is idle, the files are removed.",
  ],
  [
    { state: "stopped", leftToOther: true },
    "Stopped. The row on the CMTS is in another user's hands and was left alone.",
  ],
  [{ state: "failed", failure: failure({}) }, "Failed. It broke."],
])("the situation %o reads as a sentence", (overrides, sentence) => {
  expect(sentenceOf({ ...situation, ...overrides })).toBe(sentence);
});

test("a stall names the TFTP directory or the upload where one of them is known to be the cause", () => {
  const destination = { index: 1, host: "10.1.2.20", port: 69 };
  const facts = { lastFileAt, measStatus: "busy", agentSentence: undefined } as const;
  for (const found of [
    "/srv/tftp does not exist",
    "the disk of /srv/tftp is full",
    "/srv/tftp can be read but not written, so consumed files stay",
  ]) {
    const gone = stallFailure(facts, destination, [], { kind: "storage", found, fix: "mend it" });
    expect(gone).toMatchObject({ rung: "tftp", code: "UTSC_TFTP_DIRECTORY", fix: "mend it" });
    expect(sentenceOf({ ...situation, state: "stalled", lastFileAt, failure: gone })).toBe(
      `Stalled, no file since ${since}. TFTP directory: ${found}; the CMTS says busy.`,
    );
  }
  const refused = stallFailure(facts, destination, [], { kind: "upload", status: "error", fileName: "a_1" });
  expect(refused).toMatchObject({
    code: "UTSC_UPLOAD_FAILED",
    message: "upload failed: the CMTS says error of a_1, 10.1.2.20 at UDP 69 did not take it",
  });
});

test("a stall names the rung, what the CMTS says, what it refused, and where to look", () => {
  const destination = { index: 1, host: "10.1.2.20", port: 69 };
  const silent = stallFailure({ lastFileAt, measStatus: "busy", agentSentence: undefined }, destination, [
    "the CMTS refused x",
  ]);
  expect(silent).toMatchObject({ rung: "tftp", code: "UTSC_NO_FILE" });
  expect(silent.message).toBe(
    `no file has reached the TFTP directory since ${since}, while the CMTS says busy; while it was configured, the CMTS refused x`,
  );
  expect(silent.fix).toContain("10.1.2.20 at UDP 69");
  expect(
    stallFailure(
      { lastFileAt: undefined, measStatus: "resourceUnavailable", agentSentence: undefined },
      destination,
      [],
    ),
  ).toMatchObject({ rung: "snmp", message: "the CMTS says resourceUnavailable and has made no capture yet" });
  expect(
    stallFailure({ lastFileAt, measStatus: "busy", agentSentence: "agent lab-1 lost" }, destination, []),
  ).toMatchObject({ rung: "agent", message: "agent lab-1 lost" });
});

test.each<[string, boolean, string]>([
  ["AGENT_LOST", true, "agent"],
  ["SNMP_TIMEOUT", false, "later"],
  ["UTSC_ROW_GONE", true, "again"],
  ["UTSC_BUSY", true, "end"],
  ["UTSC_ROW_REFUSED", false, "end"],
  ["UTSC_ROW_REFUSED", true, "later"],
  ["UTSC_TAKEN_OVER", true, "end"],
  ["SOMETHING_NEW", false, "later"],
])("error %s, with frames before: %s, means %s", (code, proven, consequence) => {
  expect(consequenceOf(new PnmLabError(code, "x"), proven)).toBe(consequence);
});

test("a failure names its rung, the words of the error and what to do", () => {
  expect(failureOf(new PnmLabError("SNMP_TARGET_REFUSED", "10.0.0.1 is outside"))).toMatchObject({
    rung: "agent",
    code: "SNMP_TARGET_REFUSED",
    message: "10.0.0.1 is outside",
    fix: "Widen PNMLAB_AGENT_TARGETS on the agent.",
  });
  expect(failureOf(new TypeError("oops"))).toMatchObject({ code: "UTSC_INTERNAL", message: "oops" });
});

test("SNMP refusals are told by name and meaning", () => {
  const refused = (errorStatus: number) =>
    new PnmLabError("SNMP_ERROR_STATUS", "refused", { details: { errorStatus } });
  expect(refusalText(refused(17))).toBe("notWritable: the CMTS does not let it be written");
  expect(refusalText(refused(99))).toBe("refused");
});

test("a file name tells its session, generation and whether the row was made", () => {
  const name = { sessionId: newSessionId(), rowCreated: true, generation: 12 };
  const base = baseNameOf(name);
  expect(base.startsWith(filePrefixOf(name.sessionId))).toBe(true);
  expect(parseOwnFileName(base)).toEqual(name);
  expect(parseOwnFileName(`${base}_2026-11-21_09.42.03.123`)).toEqual(name);
  expect(parseOwnFileName(`/pnm/utsc/${base}`)).toEqual(name);
  expect(parseOwnFileName("pnmlab_abc_r3")).toEqual({ sessionId: "abc", rowCreated: false, generation: 3 });
  for (const foreign of [
    "",
    "utsc_abc",
    "pnmlab_abc",
    "pnmlab_abc_c1x",
    "pnmlab-probe_1",
    "x_pnmlab_abc_c1",
  ]) {
    expect(parseOwnFileName(foreign)).toBeUndefined();
  }
});

test("the capture time comes from the name in any time zone, and from the file where the name is implausible", () => {
  const written = Date.UTC(2026, 10, 21, 9, 42, 4, 0);
  const captured = Date.UTC(2026, 10, 21, 9, 42, 3, 123);
  expect(captureTimeMs("pnmlab_a_c1_2026-11-21_09.42.03.123", written)).toBe(captured);
  expect(captureTimeMs("pnmlab_a_c1_2026-11-21_10:42:03:123", written)).toBe(captured);
  expect(captureTimeMs("pnmlab_a_c1_2026-11-21_15.12.03.123", written)).toBe(captured);
  expect(captureTimeMs("PNMCcapUsSpecAn_ccap_2026-11-20_21.42.03.123_5", written)).toBe(captured);
  expect(captureTimeMs("pnmlab_a_c1_2026-11-21_09.48.03.123", written)).toBe(written);
  expect(captureTimeMs("pnmlab_a_c1_1", written)).toBe(written);
});
