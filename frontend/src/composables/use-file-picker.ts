import { shallowRef } from "vue";

const requests = shallowRef(0);

/** Asks the page for its file picker; there is one, so that a key and every button open the same. */
export function useFilePicker() {
  return {
    requests,
    pickFiles: () => {
      requests.value += 1;
    },
  };
}
