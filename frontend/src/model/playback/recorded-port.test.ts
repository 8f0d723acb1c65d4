import type { RecordingDetail, RecordingSettings, UpstreamChannel } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { channelsOfRecording } from "./recorded-port.ts";

const CHANNELS = [{ ifIndex: 5, name: "US1" }] as unknown as UpstreamChannel[];
const settings = (channels: UpstreamChannel[]) => ({ channels }) as unknown as RecordingSettings;

test("frames that came before the channels were read are shown with those that were read next", () => {
  const stretches = [settings([]), settings(CHANNELS)];
  const recording = { settings: stretches } as unknown as RecordingDetail;
  expect(channelsOfRecording(recording, stretches[0])).toBe(CHANNELS);
  expect(channelsOfRecording(recording, undefined)).toBe(CHANNELS);
});

test("a recording that knows of no channels tells none", () => {
  const none = settings([]);
  expect(channelsOfRecording({ settings: [none] } as unknown as RecordingDetail, none)).toBeUndefined();
  expect(channelsOfRecording(undefined, undefined)).toBeUndefined();
});
