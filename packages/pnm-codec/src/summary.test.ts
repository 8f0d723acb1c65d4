import { expect, it } from "vitest";
import { decodePnm, summarize } from "./index.ts";
import { sampleFiles } from "./test-support/arbitraries.ts";

const withHeader = sampleFiles().filter(({ name }) => !name.startsWith("SNMP"));

it.each(withHeader)("the summary of $name has every value of its header", ({ name, bytes }) => {
  const record = decodePnm(bytes);
  const { header } = summarize(record, bytes, () => "", name) as { header: Record<string, unknown> };
  const told = new Set(Object.values(header));
  for (const [field, value] of Object.entries(record.header as object)) {
    const isTold = value === undefined || told.has(field === "subcarrierSpacingKhz" ? 1000 * value : value);
    expect(isTold, `${field} = ${value}`).toBe(true);
  }
});
