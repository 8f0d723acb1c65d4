import type { FrameProvenance } from "@pnmlab/protocol";
import { expect, it } from "vitest";
import { calibrationWords, fetchRows, originWords } from "./frame-origin-words.ts";

const live = {
  agent: { name: "lab-1", sentence: "connected", roundTripMs: 1.23, clockOffsetMs: null },
  target: { host: "10.0.0.1", port: 161, profile: "sim" },
  statusPoll: { requests: 1, durationMs: 3.05, at: "2026-05-28T20:26:40.000Z" },
  configuration: null,
} as FrameProvenance;

it("tells of a live frame who fetched it and how long that took", () => {
  const rows = Object.fromEntries(fetchRows(live)!.map(({ name, value }) => [name, value]));
  expect(rows).toMatchObject({
    Agent: "lab-1",
    "SNMP target": "10.0.0.1:161, sim",
    "Newest status poll": expect.stringMatching(/^1 request, 3\.\d ms, /),
    Configuration: "none yet",
    "Link to the agent": "1.2 ms",
    "Clock of the agent": "not known",
  });
});

it("calls a frame the one shown only while the picture shows it", () => {
  const shown = { of: "newest" as const, frame: { sequence: 1990, capturedAtMs: 1_000_000 } };
  expect(originWords(shown.frame, shown, false)).toMatch(/^Frame 1\D990, captured .*, is the one shown\.$/);
  const later = originWords({ sequence: 2487, capturedAtMs: 1_051_000 }, shown, false);
  expect(later).toMatch(/^Frame 2\D487, captured /);
  expect(later).toContain("was shown a moment ago");
  expect(later).not.toContain("is the one shown");
});

it("tells nothing of who fetched a recorded frame", () => {
  expect(fetchRows({ ...live, agent: null, target: null })).toBeUndefined();
});

it("tells K with where it comes from", () => {
  expect(calibrationWords({ kHundredthsDb: -8600, source: "snmp" })).toBe("−86.00 dB, from the result table");
  expect(calibrationWords({ kHundredthsDb: null, source: "none" })).toBe("not known");
});
