import { RADIO_SERVICES } from "@pnmlab/pnm-analysis";
import { expect, test } from "vitest";
import { LABEL_PX_PER_SIGN, placeServices, servicesOf } from "./service-lane.ts";

const service = (label: string, lowerMhz: number, upperMhz: number) => ({
  name: label,
  label,
  lowerHz: lowerMhz * 1e6,
  upperHz: upperMhz * 1e6,
});

test("labels of services stand inside, beside or nowhere", () => {
  const placed = placeServices(
    [service("CB", 27, 27.4), service("10 m", 28, 29.7), service("TV", 54, 88), service("air", 108, 137)],
    { startHz: 5e6, stopHz: 85e6 },
    1000,
  );
  expect(placed.map((one) => [one.label, one.side])).toEqual([
    ["CB", "left"],
    ["10 m", "right"],
    ["TV", "inside"],
  ]);
});

test("a label stands over its band where there is no room beside it", () => {
  const placed = placeServices(servicesOf("americas"), { startHz: 5e6, stopHz: 85e6 }, 924);
  expect(placed.find((one) => one.service.name === "CB")).toMatchObject({ label: "CB", side: "over" });
});

test("a band within another has its place, and no label covers it", () => {
  const [outer, inner] = placeServices(
    [service("low-VHF TV", 54, 88), service("x", 70, 72)],
    { startHz: 50e6, stopHz: 90e6 },
    400,
  );
  expect(inner).toMatchObject({ label: "x", side: "inside" });
  expect(inner!.leftPx).toBeCloseTo(200, 6);
  expect(outer!.side).toBe("none");
});

test.each([
  [5, 42],
  [5, 85],
  [5, 204],
  [5, 684],
])("no label of %d to %d MHz lies on another label", (startMhz, stopMhz) => {
  const placed = placeServices(
    servicesOf("europe"),
    { startHz: startMhz * 1e6, stopHz: stopMhz * 1e6 },
    1100,
  );
  const extents = placed
    .filter(({ side }) => side !== "none")
    .map(({ label, leftPx, widthPx, side }) => {
      const px = label.length * LABEL_PX_PER_SIGN;
      if (side === "inside" || side === "over")
        return [leftPx + widthPx / 2 - px / 2, leftPx + widthPx / 2 + px / 2] as const;
      return side === "right"
        ? ([leftPx + widthPx, leftPx + widthPx + px] as const)
        : ([leftPx - px, leftPx] as const);
    })
    .sort((a, b) => a[0] - b[0]);
  expect(extents.length).toBeGreaterThan(2);
  extents.slice(1).forEach(([fromPx], i) => {
    expect(fromPx).toBeGreaterThanOrEqual(extents[i]![1]);
  });
});

test("a region has its own services and those of everywhere", () => {
  const names = (region: "americas" | "europe") => new Set(servicesOf(region).map(({ name }) => name));
  expect(names("europe")).toContain("DAB");
  expect(names("americas")).not.toContain("DAB");
  expect(names("americas")).toContain("TV, low VHF");
  for (const { name, region } of RADIO_SERVICES) {
    if (region === undefined) expect(names("europe")).toContain(name);
  }
});
