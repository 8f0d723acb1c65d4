import { expect, test } from "vitest";
import { hasRoomForBoth, LEAST_PANE_PX, monitorLayout, zoneAt } from "./plot-layout.ts";

test("panes fill the plot, share their edges and never vanish", () => {
  for (const share of [0, 0.57, 1]) {
    const { trace, axis, waterfall } = monitorLayout(
      1188,
      725,
      { left: 68, right: 58 },
      { traceShare: share, panes: "both" },
    );
    expect(trace.left).toBe(waterfall.left);
    expect(trace.width).toBe(1188 - 68 - 58);
    expect(axis.top).toBe(trace.top + trace.height);
    expect(waterfall.top).toBe(axis.top + axis.height);
    expect(Math.min(trace.height, waterfall.height)).toBeGreaterThanOrEqual(LEAST_PANE_PX);
    expect(waterfall.top + waterfall.height).toBeLessThanOrEqual(725);
  }
});

test("a point belongs to the part it is drawn on", () => {
  const layout = monitorLayout(1188, 725, { left: 68, right: 58 }, { traceShare: 0.57, panes: "both" });
  expect(zoneAt(layout, 500, 100)).toBe("trace");
  expect(zoneAt(layout, 30, 100)).toBe("levelAxis");
  expect(zoneAt(layout, 500, layout.axis.top + 3)).toBe("frequencyAxis");
  expect(zoneAt(layout, 500, layout.waterfall.top + 10)).toBe("waterfall");
  expect(zoneAt(layout, 30, layout.waterfall.top + 10)).toBe("timeAxis");
  expect(zoneAt(layout, layout.colourBar.left + 4, layout.waterfall.top + 40)).toBe("colourBar");
  expect(zoneAt(layout, 500, 724)).toBeUndefined();
});

test("where both panes would be too low one of them has all the room and the other none", () => {
  expect(hasRoomForBoth(440)).toBe(true);
  expect(hasRoomForBoth(439)).toBe(false);
  for (const pane of ["trace", "waterfall"] as const) {
    const layout = monitorLayout(800, 300, { left: 68, right: 58 }, { traceShare: 0.57, panes: pane });
    const other = pane === "trace" ? "waterfall" : "trace";
    expect(layout[pane].height).toBe(260);
    expect(layout[other].height).toBe(0);
    const zones = Array.from({ length: 300 }, (_, y) => zoneAt(layout, 400, y));
    expect(zones).toContain(pane);
    expect(zones).not.toContain(other);
  }
});
