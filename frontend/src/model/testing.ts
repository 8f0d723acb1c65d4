import type { UtscAccepted, UtscObserved, UtscSession } from "@pnmlab/protocol";

type SessionPart = Partial<Omit<UtscSession, "accepted" | "observed">> & {
  accepted?: Partial<UtscAccepted>;
  observed?: Partial<UtscObserved>;
};

/** A session that receives, for tests; `accepted` and `observed` agree with the request except where given. */
export function aSession(part: SessionPart = {}): UtscSession {
  const requested = {
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    bins: 1600,
    repeatPeriodUs: 100_000,
    outputFormat: "fftPower" as const,
    window: "blackmanHarris" as const,
  };
  const { accepted, observed, ...rest } = part;
  return {
    id: "s1",
    streamId: 1,
    cmtsId: "cmts",
    rfPortIfIndex: 72,
    rfPortName: "us-conn 3/0",
    state: "receiving",
    sentence: "Receiving.",
    since: "2026-11-21T09:00:00Z",
    desired: "running",
    requested,
    accepted: {
      ...requested,
      freeRunDurationMs: 60_000,
      triggerMode: "freeRunning",
      readAt: "2026-11-21T09:00:01Z",
      ...accepted,
    },
    observed: {
      bins: 1600,
      outputFormat: "fftPower",
      fileLayout: "header 328 B, int16",
      fileSizeBytes: 3528,
      repeatPeriodUs: 100_000,
      ...observed,
    },
    kHundredthsDb: -8600,
    measStatus: "busy",
    framesReceived: 100,
    framesPerSecond: 9.6,
    framesDropped: 0,
    newestFrameAt: "2026-11-21T09:42:51Z",
    rearms: 0,
    lastGapMs: null,
    failure: null,
    createdAt: "2026-11-21T08:59:59Z",
    ...rest,
  };
}
