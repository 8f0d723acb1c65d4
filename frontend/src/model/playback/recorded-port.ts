import type { RecordingDetail, RecordingSettings, UpstreamChannel } from "@pnmlab/protocol";
import type { PortOfCmts } from "../ports.ts";

/** A port that the lab does not know, as far as a recording of it tells. */
export function portOfRecording({
  cmtsId,
  rfPortIfIndex,
  rfPortName,
  settings,
}: RecordingDetail): PortOfCmts {
  return {
    cmts: {
      id: cmtsId,
      host: "",
      port: 0,
      profile: "",
      simulated: false,
      sysName: null,
      sysDescr: null,
      state: "unknown",
      sentence: "This lab does not know the CMTS; it is named in a recording.",
      roundTripMs: null,
      checkedAt: null,
    },
    port: {
      ifIndex: rfPortIfIndex,
      name: rfPortName,
      description: "",
      alias: "",
      utsc: null,
      channels: firstKnownChannels(settings) ?? [],
    },
  };
}

/** The channels as they were under the settings that are shown; undefined where the recording knows of none. */
export function channelsOfRecording(
  recording: RecordingDetail | undefined,
  shown: RecordingSettings | undefined,
): readonly UpstreamChannel[] | undefined {
  return shown && shown.channels.length > 0 ? shown.channels : firstKnownChannels(recording?.settings ?? []);
}

/** The table of channels may have been read a moment after the first frames came. */
function firstKnownChannels(settings: readonly RecordingSettings[]): UpstreamChannel[] | undefined {
  return settings.find(({ channels }) => channels.length > 0)?.channels;
}
