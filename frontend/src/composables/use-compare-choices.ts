import { computed, shallowRef } from "vue";
import { textOfSide } from "../model/compare/side-id.ts";
import { recordingChoice } from "../model/recordings/recording-name.ts";
import { useLab } from "./use-lab.ts";
import { useRecorder } from "./use-recorder.ts";

export interface CompareChoice {
  id: string;
  label: string;
}

/** What can be compared: recordings, ports with a capture, stored UTSC files; each under a heading. */
export function useCompareChoices() {
  const { snapshot, sync } = useLab();
  const { recordings, refresh } = useRecorder();
  const captures = shallowRef<CompareChoice[]>([]);
  void refresh();
  void sync.client.captures(null).then(
    (list) => {
      captures.value = list.captures
        .filter(({ kind }) => kind === "utsc")
        .map(({ id, fileName }) => ({ id: textOfSide({ kind: "capture", id }), label: fileName }));
    },
    // The other choices stand without them.
    () => {},
  );
  return computed(() => [
    {
      heading: "Recordings",
      choices: recordings.value
        .filter(({ frames }) => frames > 0)
        .map((recording) => ({
          id: textOfSide({ kind: "recording", id: recording.id }),
          label: recordingChoice(recording),
        })),
    },
    {
      heading: "Live",
      choices: (snapshot.value.sessions ?? [])
        .filter(({ state }) => state === "receiving" || state === "stalled")
        .map(({ cmtsId, rfPortIfIndex, rfPortName }) => ({
          id: textOfSide({ kind: "live", cmtsId, rfPortIfIndex }),
          label: `${cmtsId} ${rfPortName}, live`,
        })),
    },
    { heading: "Captures", choices: captures.value },
  ]);
}
