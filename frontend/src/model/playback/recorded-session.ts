import type { Recording, RecordingSettings, UtscSession } from "@pnmlab/protocol";

/** The session of a recording as it was under these settings, for what shows a session's values. */
export function sessionOfRecording(
  recording: Recording | undefined,
  settings: RecordingSettings | undefined,
): UtscSession | undefined {
  if (!recording || !settings) return undefined;
  const { requested, accepted, observed, kHundredthsDb } = settings;
  const periodUs = observed?.repeatPeriodUs ?? requested.repeatPeriodUs;
  return {
    id: recording.sessionId,
    streamId: 0,
    cmtsId: recording.cmtsId,
    rfPortIfIndex: recording.rfPortIfIndex,
    rfPortName: recording.rfPortName,
    state: "stopped",
    sentence: "A recording, not live.",
    since: new Date(settings.fromMs).toISOString(),
    desired: "stopped",
    requested,
    accepted,
    observed,
    kHundredthsDb,
    measStatus: null,
    framesReceived: recording.frames,
    framesPerSecond: 1e6 / periodUs,
    framesDropped: 0,
    newestFrameAt: recording.lastMs === null ? null : new Date(recording.lastMs).toISOString(),
    rearms: 0,
    lastGapMs: null,
    failure: null,
    createdAt: recording.createdAt,
  };
}
