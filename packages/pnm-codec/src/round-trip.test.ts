import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodePnm,
  describeHeader,
  encodePnm,
  encodeUtsc,
  expectedLength,
  type PnmRecord,
  plotOf,
} from "./index.ts";
import { RECORDS, UTSC_INPUTS } from "./test-support/arbitraries.ts";

fc.configureGlobal({ numRuns: Number(process.env.PNM_PROPERTY_RUNS ?? 100) });

/** What a record says about its file, without what decoding adds. */
function content(record: PnmRecord): object {
  const { title: _title, reading: _reading, anomalies: _anomalies, ...rest } = record;
  // The fixed-point format of pre-equalizers is found from the values, not stored.
  return { ...rest, fractionBits: undefined };
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
        for (const { name, value, offset, length } of describeHeader(decodePnm(bytes))) {
          const stored = bytes.subarray(offset, offset + length);
          expect(stored.length, name).toBe(length);
          if (typeof value !== "number") continue;
          const number = stored.reduce((sum, byte) => sum * 256 + byte, 0);
          expect(number, name).toBe(value);
        }
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
  it("keeps bytes that follow the data, reports them, and refuses them when strict", () => {
    fc.assert(
      fc.property(arbitrary, fc.uint8Array({ minLength: 1, maxLength: 9 }), (record, extra) => {
        const bytes = new Uint8Array([...encodePnm(record), ...extra]);
        const decoded = decodePnm(bytes);
        expect(decoded.anomalies.join()).toContain(`${extra.length} bytes follow the data`);
        expect(encodePnm(decoded)).toEqual(bytes);
        expect(() => decodePnm(bytes, { strict: true })).toThrow(
          expect.objectContaining({ code: "OVERLONG" }),
        );
      }),
    );
  });

  it("is as long as its header says, and no part of it says anything else", () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), (record, cut) => {
        const bytes = encodePnm(record);
        expect(expectedLength(bytes)).toBe(bytes.length);
        const prefix = bytes.subarray(0, cut % bytes.length);
        expect([undefined, bytes.length]).toContain(expectedLength(prefix));
      }),
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
