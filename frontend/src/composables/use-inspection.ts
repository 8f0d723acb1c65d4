import { messageOf } from "@pnmlab/kit";
import { type UtscHints, wrapperOf } from "@pnmlab/pnm-codec";
import { computed, type Ref, ref, type ShallowRef, shallowRef, watch } from "vue";
import { decodeDesk } from "../decode/decode-desk.ts";
import { ByteMap } from "../model/capture/byte-map.ts";
import type { Inspection, InspectionRefusal } from "../model/capture/inspection.ts";
import { asItIs, type FileMember, type UnpackedFile } from "../model/capture/unpack.ts";

/** A file of the page: its bytes never enter Vue's reactivity. */
export interface PageFile {
  fileName: string;
  bytes: Uint8Array;
}

export interface InspectionView {
  /** The files within the file; undefined while that is being found out. */
  unpacked: ShallowRef<UnpackedFile | undefined>;
  /** Which of them is shown. */
  chosen: Ref<number>;
  member: Readonly<Ref<FileMember | undefined>>;
  result: ShallowRef<Inspection | InspectionRefusal | undefined>;
  map: Readonly<Ref<ByteMap | null>>;
  /** Which result set, counted from 1. */
  frame: Ref<number>;
  /** How the user wants a UTSC file to be read. */
  utsc: ShallowRef<UtscHints | undefined>;
  /** Whether the user wants to see what is there of a file that is cut off or too long. */
  tolerant: Ref<boolean>;
  /** A failure that has nothing to do with the file. */
  failure: Ref<string>;
}

/** Unpacks and decodes a file beside the page; only the newest answer is shown. */
export function useInspection(file: Readonly<Ref<PageFile>>): InspectionView {
  const unpacked = shallowRef<UnpackedFile>();
  const chosen = ref(0);
  const result = shallowRef<Inspection | InspectionRefusal>();
  const frame = ref(1);
  const utsc = shallowRef<UtscHints>();
  const tolerant = ref(false);
  const failure = ref("");
  const member = computed(() => unpacked.value?.members[chosen.value]);
  let newest = 0;

  async function unpackFile(): Promise<void> {
    const asked = ++newest;
    unpacked.value = undefined;
    result.value = undefined;
    failure.value = "";
    try {
      const { fileName, bytes } = file.value;
      // What is not wrapped need not travel to the worker and back.
      const found =
        wrapperOf(bytes) === undefined ? asItIs(fileName, bytes) : await decodeDesk.unpack(fileName, bytes);
      if (asked !== newest) return;
      chosen.value = Math.max(
        0,
        found.members.findIndex(({ isReadable }) => isReadable),
      );
      frame.value = 1;
      utsc.value = undefined;
      tolerant.value = false;
      unpacked.value = found;
    } catch (thrown) {
      if (asked === newest) failure.value = messageOf(thrown);
    }
  }

  async function inspectMember(): Promise<void> {
    const shown = member.value;
    if (!shown) return;
    const asked = ++newest;
    failure.value = "";
    if (shown.bytes === null) {
      result.value = notUnpacked(shown.title);
      return;
    }
    try {
      const { fileName, bytes } = shown;
      const frameIndex = Math.max(0, (Math.trunc(frame.value) || 1) - 1);
      const found = await decodeDesk.inspect({
        fileName,
        bytes,
        utsc: utsc.value,
        tolerant: tolerant.value,
        frame: frameIndex,
      });
      if (asked === newest) result.value = found;
    } catch (thrown) {
      if (asked === newest) failure.value = messageOf(thrown);
    }
  }

  watch(chosen, () => {
    frame.value = 1;
    utsc.value = undefined;
    tolerant.value = false;
    result.value = undefined;
  });
  watch([member, frame, utsc, tolerant], () => void inspectMember());
  // Last, because a file that nothing wraps is unpacked at once.
  watch(file, () => void unpackFile(), { immediate: true });
  return {
    unpacked,
    chosen,
    member,
    result,
    map: computed(() => (result.value?.ok ? new ByteMap(result.value) : null)),
    frame,
    utsc,
    tolerant,
    failure,
  };
}

function notUnpacked(reason: string): InspectionRefusal {
  return {
    ok: false,
    code: "NOT_UNPACKED",
    message: reason,
    offset: null,
    expected: null,
    found: null,
    header: [],
    isReadableInPart: false,
  };
}
