import { expect, test } from "vitest";
import { DEFAULT_VIEW, type PlotView } from "./plot-view.ts";
import { DEFAULT_TRACE_OPTIONS } from "./trace-options.ts";
import { queryOfView, viewOfQuery } from "./view-query.ts";

test("a view that was changed in every part comes back from its address", () => {
  const view: PlotView = {
    ...DEFAULT_VIEW,
    range: { startHz: 10_500_000, stopHz: 42e6 },
    scale: { refDbmv: -12.5, dbPerDivision: 5 },
    traces: { ...DEFAULT_VIEW.traces, min: true, reference: true, persistence: true, max: false },
    traceOptions: {
      average: { mode: "leaky", count: 32 },
      max: { rule: "window", seconds: 60 },
      min: { rule: "decay", dbPerS: 0.5 },
      band: { lowShare: 0.05, highShare: 0.95, frames: 300 },
      difference: { a: "max", b: "floor" },
      user: { operation: "smooth", a: "live", b: "min", width: 15 },
      persistence: { tauS: Number.POSITIVE_INFINITY },
      colours: { live: "#ff8800" },
      decimation: "normal",
    },
    unit: "dBmV/1.6 MHz",
    offsetDb: 20.5,
    colours: { lowDbmv: -50, highDbmv: -10 },
    traceShare: 0.7,
    msPerPx: 400,
  };
  const query = queryOfView(view, true, "markers", true);
  const { view: read, tab } = viewOfQuery(query);
  expect(tab).toBe("markers");
  const { range, scale, traces, traceOptions, unit, offsetDb, colours, traceShare, msPerPx } = view;
  expect(read).toMatchObject({
    range,
    scale,
    traces,
    traceOptions,
    unit,
    offsetDb,
    colours,
    traceShare,
    msPerPx,
  });
  expect(new URLSearchParams(query).toString().length).toBeLessThan(400);
});

test("an address at its defaults is empty", () => {
  expect(queryOfView(DEFAULT_VIEW, false, "channels")).toEqual({});
});

test("an address that asks for the mean of a pixel column, as it could be before, shows the peak", () => {
  expect(viewOfQuery({ o: "l.average" }).view.traceOptions?.decimation).toBe("peak");
});

test("what does not fit in an address is passed over", () => {
  const { view } = viewOfQuery({
    o: "a.best.9~x.w.-3~b.90.10.5~c.live.zzz~l.peaks~zz",
    u: "furlong_x",
    c: "5_1",
  });
  expect(view.traceOptions).toEqual(DEFAULT_TRACE_OPTIONS);
  expect(view.unit).toBe("dBmV");
  expect(view.colours).toBeUndefined();
});
