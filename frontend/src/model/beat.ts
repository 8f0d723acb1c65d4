/** Figures that live frames change are read, not followed: more often would cost more than the picture itself. */
export const BEAT_MS = 500;

const waiting = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Runs `act` at the next half of a second, together with all others that wait: a page lays itself out
 * and paints once for all that changes in one task, and again for whatever changes a moment later.
 *
 * @returns takes `act` back.
 */
export function onNextBeat(act: () => void): () => void {
  waiting.add(act);
  timer ??= setTimeout(beat, BEAT_MS - (Date.now() % BEAT_MS));
  return () => {
    waiting.delete(act);
    if (waiting.size > 0) return;
    clearTimeout(timer);
    timer = undefined;
  };
}

function beat(): void {
  timer = undefined;
  const due = [...waiting];
  waiting.clear();
  for (const act of due) act();
}
