import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodePnm,
  describeHeader,
  encodePnm,
  encodeUtsc,
  expectedLength,
  PnmDecodeError,
  type PnmRecord,
  plotOf,
  summarize,
} from "./index.ts";
import { RECORDS, UTSC_INPUTS } from "./test-support/arbitraries.ts";

fc.configureGlobal({ numRuns: Number(process.env.PNM_PROPERTY_RUNS ?? 100) });

/** What a record says about its file, without what decoding adds. */
function content(record: PnmRecord): object {
  const { title: _title, reading: _reading, anomalies: _anomalies, ...rest } = record;
  // The fixed-point format of pre-equalizers is found from the values, not stored.
  return { ...rest, fractionBits: undefined };
}

function acceptOrRefuse(bytes: Uint8Array): PnmRecord | undefined {
  try {
    return decodePnm(bytes);
  } catch (error) {
    if (error instanceof PnmDecodeError) return undefined;
    throw error;
  }
}

describe.each(Object.entries(RECORDS))("%s", (_, arbitrary) => {
  it("decodes to the record it was encoded from and encodes back to the same bytes", () => {
    fc.assert(
      fc.property(arbitrary, (record) => {
        const bytes = encodePnm(record);
        const decoded = decodePnm(bytes);
        expect(content(decoded)).toEqual(content(record));
        expect(encodePnm(decoded)).toEqual(bytes);
      }),
    );
  });

  it("has a header table whose rows are the bytes of the file", () => {
    fc.assert(
      fc.property(arbitrary, (record) => {
        const bytes = encodePnm(record);
        let end = 0;
        for (const { name, value, offset, length } of describeHeader(decodePnm(bytes))) {
          expect(offset, name).toBeGreaterThanOrEqual(end);
          end = offset + length;
          const stored = bytes.subarray(offset, offset + length);
          expect(stored.length, name).toBe(length);
          if (typeof value !== "number") continue;
          const number = stored.reduce((sum, byte) => sum * 256 + byte, 0);
          expect(number, name).toBe(value);
        }
      }),
    );
  });

  it("has a summary that is JSON, with its kind, its header and its size", () => {
    fc.assert(
      fc.property(arbitrary, (record) => {
        const bytes = encodePnm(record);
        const summary = summarize(decodePnm(bytes), bytes, () => "00", "name.bin");
        expect(summary).toMatchObject({ file: "name.bin", size: bytes.length, kind: expect.any(String) });
        expect(JSON.parse(JSON.stringify(summary)).kind).toBe(summary.kind);
      }),
    );
  });

  it("encodes back whatever prefix of it is accepted", () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), (record, cut) => {
        const bytes = encodePnm(record);
        const prefix = bytes.subarray(0, cut % (bytes.length + 1));
        const decoded = acceptOrRefuse(prefix);
        if (decoded !== undefined) expect(encodePnm(decoded)).toEqual(prefix);
      }),
    );
  });

  it("has a plot with one value per position in every series", () => {
    fc.assert(
      fc.property(arbitrary, (record) => {
        const { x, series } = plotOf(decodePnm(encodePnm(record)));
        const count = x.kind === "linear" ? x.count : x.values.length;
        for (const { values } of series) expect(values.length).toBe(count);
      }),
    );
  });
});

const SELF_DESCRIBING = Object.entries(RECORDS).filter(([name]) => !/2015|SNMP|LLD/.test(name));

describe.each(SELF_DESCRIBING)("%s", (_, arbitrary) => {
  it("refuses bytes that follow the data, and gives them back to a tolerant reader", () => {
    fc.assert(
      fc.property(arbitrary, fc.uint8Array({ minLength: 1, maxLength: 9 }), (record, extra) => {
        const bytes = new Uint8Array([...encodePnm(record), ...extra]);
        const decoded = decodePnm(bytes, { tolerant: true });
        expect(decoded.anomalies.join()).toContain(`${extra.length} bytes follow the data`);
        expect(encodePnm(decoded)).toEqual(bytes);
        expect(() => decodePnm(bytes)).toThrow(expect.objectContaining({ code: "OVERLONG" }));
      }),
    );
  });

  it("is as long as its header says, and no part of it says anything else", () => {
    fc.assert(
      fc.property(arbitrary, (record) => {
        const bytes = encodePnm(record);
        expect(expectedLength(bytes)).toBe(bytes.length);
        // Headers end before 900 bytes: behind them every prefix says the same.
        for (let cut = 0; cut < Math.min(bytes.length, 900); cut++) {
          const length = expectedLength(bytes.subarray(0, cut));
          if (length !== undefined && length !== bytes.length)
            expect(`${length} at ${cut}`).toBe(bytes.length);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("UTSC in every form and format", () => {
  it("gives back samples and configuration, and the same bytes", () => {
    fc.assert(
      fc.property(UTSC_INPUTS, (input) => {
        const bytes = encodeUtsc(input);
        const { outputFormat, endianness = "big", bins } = input;
        const record = decodePnm(bytes, { utsc: { outputFormat, endianness } });
        expect(record).toMatchObject({
          kind: "utsc",
          outputFormat,
          bins,
          endianness,
          centerFrequencyHz: input.centerFrequencyHz,
          spanHz: input.spanHz,
        });
        expect(record).toHaveProperty("samples", input.samples);
        expect(encodePnm(record)).toEqual(bytes);
      }),
    );
  });

  it("encodes back to the same bytes whatever byte order and format detection decides", () => {
    fc.assert(
      fc.property(UTSC_INPUTS, (input) => {
        const bytes = encodeUtsc(input);
        expect(encodePnm(decodePnm(bytes))).toEqual(bytes);
      }),
    );
  });
});
