import { afterEach, expect, test, vi } from "vitest";
import { effectScope, nextTick, ref, shallowRef } from "vue";
import type { MaskReport, MaskSpec } from "../model/mask-spec.ts";
import { useAnnouncements } from "./use-announcer.ts";
import { useMaskAlarm } from "./use-mask-alarm.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("a mask that begins to fail soon after another is told after the quiet time, and each once", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
  const { assertive } = useAnnouncements();
  const masks = ref([
    { id: 1, name: "plan" },
    { id: 2, name: "floor" },
  ] as MaskSpec[]);
  const reports = shallowRef<ReadonlyMap<number, MaskReport>>(new Map());
  const scope = effectScope();
  scope.run(() => useMaskAlarm(masks, reports, ref(false)));
  const report = async (first: number, second: number) => {
    assertive.value = "";
    reports.value = new Map([
      [1, { id: 1, failures: first } as MaskReport],
      [2, { id: 2, failures: second } as MaskReport],
    ]);
    await nextTick();
    return assertive.value;
  };
  expect(await report(1, 0)).toBe("Mask plan fails");
  vi.setSystemTime(1_002_000);
  expect(await report(1, 1)).toBe("");
  vi.setSystemTime(1_006_000);
  expect(await report(1, 1)).toBe("Mask floor fails");
  vi.setSystemTime(1_020_000);
  expect(await report(1, 1)).toBe("");
  // A judge that began anew counts from nothing.
  expect(await report(0, 1)).toBe("");
  expect(await report(1, 1)).toBe("Mask plan fails");
  scope.stop();
});
