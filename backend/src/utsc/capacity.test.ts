import { utscProfile } from "@pnmlab/docsis-mib";
import { isPnmLabError } from "@pnmlab/kit";
import { expect, test } from "vitest";
import { type CapacityHolder, requireCapacity, roomOf } from "./capacity.ts";

const profile = (id: string) => utscProfile(id)!;
const holder = (rfPortName: string, repeatPeriodUs = 100_000): CapacityHolder => ({
  rfPortName,
  repeatPeriodUs,
  who: `session on ${rfPortName}`,
});
const refusal = (id: string, rfPortName: string, holders: CapacityHolder[], repeatPeriodUs = 100_000) => {
  try {
    requireCapacity(profile(id), { rfPortName, repeatPeriodUs }, holders);
    return undefined;
  } catch (error) {
    return isPnmLabError(error, "UTSC_CAPACITY_BUSY") ? error.message : `another error: ${String(error)}`;
  }
};

test("an E6000 runs one test on each line card, and the refusal names card and holder", () => {
  expect(refusal("commscope-e6000-core", "us-conn 3/0", [holder("us-conn 2/1")])).toBeUndefined();
  expect(refusal("commscope-e6000-core", "us-conn 3/0", [holder("us-conn 3/1")])).toMatch(
    /^us-conn 3\/0 was not started: .+ runs 1 UTSC test at a time on line card 3, held by session on us-conn 3\/1$/,
  );
  expect(
    refusal("commscope-e6000-iccap", "cable-upstreamRfPort 3/0", [holder("cable-upstreamRfPort 3/1")]),
  ).toContain("line card 3");
});

test("tests on an E6000's static pseudowires take no room of the others", () => {
  expect(refusal("commscope-e6000-core", "us-conn 3/0", [holder("us-conn 3/1", 10_000)])).toBeUndefined();
});

test("a cBR-8 runs 8 tests on a line card and 20 in the chassis", () => {
  const ports = (card: number, count: number) =>
    Array.from({ length: count }, (_, k) => holder(`Ca${card}/0/US${k}`));
  expect(refusal("cisco-cbr8", "Ca1/0/US9", ports(1, 7))).toBeUndefined();
  expect(refusal("cisco-cbr8", "Ca1/0/US9", ports(1, 8))).toContain("line card 1");
  expect(refusal("cisco-cbr8", "Cable1/0/US9", ports(1, 8))).toContain("line card 1");
  expect(refusal("cisco-cbr8", "Ca4/0/US9", [...ports(1, 7), ...ports(2, 7), ...ports(3, 6)])).toContain(
    "20 UTSC tests at a time on the chassis",
  );
});

test("where no source tells a limit there is none beyond the port", () => {
  expect(
    refusal(
      "generic",
      "us-rf-0/0",
      Array.from({ length: 40 }, () => holder("us-rf-0/1")),
    ),
  ).toBeUndefined();
});

test("the room is told for line card and chassis with those who hold it, before anything is refused", () => {
  const wanted = { rfPortName: "us-conn 3/0", repeatPeriodUs: 100_000 };
  const others = [holder("us-conn 3/1"), holder("us-conn 2/0")];
  expect(
    roomOf(profile("commscope-e6000-core"), wanted, others).map(
      ({ scope, lineCard, most, holders, isFull }) => ({
        scope,
        lineCard,
        most,
        held: holders.length,
        isFull,
      }),
    ),
  ).toEqual([
    { scope: "lineCard", lineCard: "3", most: 1, held: 1, isFull: true },
    { scope: "chassis", lineCard: null, most: null, held: 2, isFull: false },
  ]);
  const [fast] = roomOf(profile("commscope-e6000-core"), { ...wanted, repeatPeriodUs: 10_000 }, others);
  expect(fast).toMatchObject({ most: null, isFull: false });
  expect(roomOf(profile("generic"), wanted, others)).toMatchObject([{ scope: "chassis", most: null }]);
});

test("a test that runs needs room only for what it did not take before", () => {
  const core = profile("commscope-e6000-core");
  const change = (fromUs: number, toUs: number) => () =>
    requireCapacity(core, { rfPortName: "us-conn 3/0", repeatPeriodUs: toUs }, [holder("us-conn 3/1")], {
      rfPortName: "us-conn 3/0",
      repeatPeriodUs: fromUs,
    });
  expect(change(10_000, 100_000)).toThrow(
    /^us-conn 3\/0 was not changed: .*held by session on us-conn 3\/1$/,
  );
  expect(change(100_000, 200_000)).not.toThrow();
  expect(change(100_000, 10_000)).not.toThrow();
});
