import { expect, test } from "vitest";
import type { Marker } from "./marker.ts";
import { decodeMarkers, encodeMarkers, type MarkedView } from "./marker-query.ts";
import type { MaskSource, MaskSpec } from "./mask-spec.ts";

const MARKERS: Marker[] = [
  { number: 1, kind: "normal", trace: "average", frequencyHz: 27_185_000, isTracking: true },
  { number: 2, kind: "delta", trace: "live", frequencyHz: 8_650_000, reference: 1, isTracking: false },
  {
    number: 3,
    kind: "normal",
    trace: "live",
    frequencyHz: 20e6,
    isTracking: false,
    timeMs: 1_795_272_000_000,
  },
  { number: 4, kind: "bandPower", trace: "max", frequencyHz: 32e6, bandHz: 6.4e6, isTracking: false },
  {
    number: 5,
    kind: "noise",
    trace: "min",
    frequencyHz: 42.8e6,
    isTracking: false,
    measure: { kind: "adjacent", channelHz: 1e6, offsetHz: 2e6 },
  },
  { number: 6, kind: "normal", trace: "bandHigh", frequencyHz: 12e6, isTracking: false },
  { number: 7, kind: "normal", trace: "difference", frequencyHz: 13e6, isTracking: false },
];

const MASKS: MaskSpec[] = [
  {
    id: 1,
    revision: 0,
    name: "plan +6 dB, north~1_2",
    isOn: true,
    source: {
      from: "plan",
      channelMarginDb: 6,
      idleDbmv: -38.5,
      measured: [{ ifIndex: 1001, dbmvPerHz: -60.2 }],
    },
    trace: "average",
    consecutiveFrames: 2,
  },
  {
    id: 2,
    revision: 0,
    name: "drawn",
    isOn: true,
    source: {
      from: "points",
      points: [
        { frequencyHz: 5e6, levelDbmv: -10 },
        { frequencyHz: 85e6, levelDbmv: 12.5 },
      ],
    },
    trace: "live",
    consecutiveFrames: 1,
  },
];

const VIEW: MarkedView = {
  markers: MARKERS,
  activeMarker: 4,
  masks: MASKS,
  watched: [{ id: 1, label: "US 1", lowerHz: 14e6, upperHz: 20.4e6 }],
};

/** As an address bar hands it back. */
const throughAddress = (query: Record<string, string>) =>
  Object.fromEntries(new URLSearchParams(new URLSearchParams(query).toString()));

test("the noise bandwidth that a mask was made at comes back from the address, whatever the mask is made from", () => {
  const line = [
    { frequencyHz: 5e6, levelDbmv: -50 },
    { frequencyHz: 85e6, levelDbmv: -48.5 },
  ];
  const sources: MaskSource[] = [
    { from: "floor", upperDb: 6, line, noiseBandwidthHz: 100_195 },
    { from: "reference", upperDb: 3, lowerDb: 3, line, noiseBandwidthHz: 100_195 },
    { from: "plan", channelMarginDb: 6, idleDbmv: -44, measured: [], noiseBandwidthHz: 100_195 },
    { from: "floor", upperDb: 6, line },
  ];
  const masks = sources.map((source, at) => ({ ...MASKS[0]!, id: at + 1, source }));
  expect(decodeMarkers(throughAddress(encodeMarkers({ ...VIEW, masks }))).masks).toEqual(masks);
});

test("markers, masks that are on and followed bands come back from the address as they were", () => {
  expect(decodeMarkers(throughAddress(encodeMarkers(VIEW)))).toEqual(VIEW);
});

test("a mask that is off and an empty view leave nothing in the address", () => {
  const view = { ...VIEW, markers: [], masks: MASKS.map((mask) => ({ ...mask, isOn: false })), watched: [] };
  expect(encodeMarkers(view)).toEqual({});
  expect(decodeMarkers({})).toEqual({});
});

test("a reference line of 1,600 bins is thinned to what an address bears, its peaks kept", () => {
  const line = Array.from({ length: 1600 }, (_, bin) => ({
    frequencyHz: 5e6 + bin * 50e3,
    levelDbmv: bin === 777 ? -5 : -50,
  }));
  const mask: MaskSpec = {
    ...MASKS[0]!,
    source: { from: "reference", line, upperDb: 3, lowerDb: undefined },
  };
  const query = encodeMarkers({ ...VIEW, masks: [mask] });
  expect(query.k!.length).toBeLessThan(1200);
  const source = decodeMarkers(query).masks![0]!.source;
  if (source.from !== "reference") throw new Error("not a reference mask");
  expect(source.upperDb).toBe(3);
  expect(source.lowerDb).toBeUndefined();
  expect(Math.max(...source.line.map(({ levelDbmv }) => levelDbmv))).toBe(-5);
});

test("what does not fit is left out, the rest stands", () => {
  const found = decodeMarkers({
    m: "1_normal_live_27000000,x,99_normal_live_5,2_sideways_live_5",
    k: "a~live~0~plan_1_2",
  });
  expect(found.markers?.map(({ number }) => number)).toEqual([1]);
  expect(found.masks).toBeUndefined();
  expect(decodeMarkers({ m: "2_delta_live_5000000_r7" }).markers![0]!.kind).toBe("normal");
  expect(decodeMarkers({ m: ["1"], k: 5, w: "20_10_a" })).toEqual({});
});
