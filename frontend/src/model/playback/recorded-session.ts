import type { Recording, RecordingSettings, UtscSession } from "@pnmlab/protocol";

/**
 * The session of a recording as it was under these settings, for what shows a session's values. The period that was
 * noted with the settings is that of their very first captures, so it is left out.
 *
 * @param periodUs time between the captures that are shown; left out where it is not known
 */
export function sessionOfRecording(
  recording: Recording | undefined,
  settings: RecordingSettings | undefined,
  periodUs?: number,
): UtscSession | undefined {
  if (!recording || !settings) return undefined;
  const { requested, accepted, kHundredthsDb } = settings;
  let observed = settings.observed;
  if (observed) {
    const { repeatPeriodUs: _, ...rest } = observed;
    observed = periodUs === undefined ? rest : { ...rest, repeatPeriodUs: periodUs };
  }
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
    framesPerSecond: 1e6 / (periodUs ?? accepted?.repeatPeriodUs ?? requested.repeatPeriodUs),
    framesDropped: 0,
    newestFrameAt: recording.lastMs === null ? null : new Date(recording.lastMs).toISOString(),
    rearms: 0,
    lastGapMs: null,
    failure: null,
    createdAt: recording.createdAt,
  };
}
