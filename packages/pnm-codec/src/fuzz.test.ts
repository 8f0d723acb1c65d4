import { expect, it } from "vitest";
import { formatFuzzReport, runFuzzInParallel } from "./test-support/fuzz/parallel.ts";

/** `npm run fuzz` takes twenty million. */
const CASES = 1_000_000;
const SEED = 20_260_120;

it(`reads or refuses ${CASES.toLocaleString("en")} damaged files: nothing else is thrown, no call takes 50 ms of processor time, what is read encodes back`, {
  timeout: 300_000,
}, async () => {
  const report = await runFuzzInParallel(SEED, CASES);
  console.log(formatFuzzReport(report));
  expect(report.failures).toEqual([]);
  expect(report.cases).toBe(CASES);
  // Every refusal and every kind occurs: the damage reaches all of the decoder.
  expect(Object.keys(report.outcomes)).toEqual(
    expect.arrayContaining([
      ...["TOO_SHORT", "BAD_MAGIC", "UNKNOWN_TYPE", "TRUNCATED", "OVERLONG", "BAD_LENGTH", "BAD_COUNT"],
      ...["BAD_VALUE", "AMBIGUOUS", "UNSUPPORTED", "utsc", "ds-ofdm-rxmer", "ds-histogram", "us-histogram"],
      ...["ds-constellation", "ds-ofdm-channel-estimate", "ds-ofdm-symbol-capture", "ds-ofdm-fec-summary"],
      ...["us-ofdma-pre-equalizer", "us-ofdma-pre-equalizer-last-update", "cm-spectrum", "cm-spectrum-snmp"],
      ...["ds-ofdm-modulation-profile", "cmts-ds-ofdm-symbol-capture", "us-ofdma-probe", "us-ofdma-rxmer"],
      ...["us-impulse-noise", "latency-report"],
    ]),
  );
  for (const [name, { files, refused }] of Object.entries(report.mutations)) {
    expect(refused / files, name).toBeGreaterThan(0.2);
    expect(refused / files, name).toBeLessThan(1);
  }
});
