import { onScopeDispose, type Ref, watch } from "vue";
import type { MaskReport, MaskSpec } from "../model/mask-spec.ts";
import { announceFailure } from "./use-announcer.ts";

const QUIET_MS = 5000;
const TONE_HZ = 880;
const TONE_S = 0.18;
const TONE_GAIN = 0.12;

/** Says once when a mask begins to fail, and sounds where that is wanted; at most once in five seconds. */
export function useMaskAlarm(
  masks: Readonly<Ref<readonly MaskSpec[]>>,
  reports: Readonly<Ref<ReadonlyMap<number, MaskReport>>>,
  audible: Readonly<Ref<boolean>>,
): void {
  let context: AudioContext | undefined;
  let lastMs = Number.NEGATIVE_INFINITY;
  const seen = new Map<number, number>();

  watch(reports, (now) => {
    const begun = [...now.values()].filter(({ id, failures }) => failures > (seen.get(id) ?? 0));
    for (const id of seen.keys()) seen.set(id, Math.min(seen.get(id)!, now.get(id)?.failures ?? 0));
    // What begins in the quiet time is told after it.
    if (begun.length === 0 || Date.now() - lastMs < QUIET_MS) return;
    lastMs = Date.now();
    for (const { id, failures } of begun) seen.set(id, failures);
    const names = begun.map(({ id }) => masks.value.find((mask) => mask.id === id)?.name ?? String(id));
    announceFailure(`Mask ${names.join(", ")} fails`);
    if (audible.value) {
      context ??= new AudioContext();
      sound(context);
    }
  });
  onScopeDispose(() => void context?.close());
}

function sound(context: AudioContext): void {
  const [tone, gain] = [context.createOscillator(), context.createGain()];
  const { currentTime } = context;
  tone.frequency.value = TONE_HZ;
  gain.gain.setValueAtTime(TONE_GAIN, currentTime);
  gain.gain.exponentialRampToValueAtTime(TONE_GAIN / 100, currentTime + TONE_S);
  tone.connect(gain).connect(context.destination);
  tone.start(currentTime);
  tone.stop(currentTime + TONE_S);
}
