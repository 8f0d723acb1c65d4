import { onMounted, onScopeDispose, type ShallowRef, shallowRef } from "vue";

/** Whether files are being dragged over the window, and a callback for those that are let go. */
export function useFileDrop(onFiles: (files: File[]) => void): { isOver: ShallowRef<boolean> } {
  const isOver = shallowRef(false);
  /** Each element that the pointer crosses tells of an entry and an exit. */
  let depth = 0;
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;

  const listeners: [keyof WindowEventMap, (event: DragEvent) => void][] = [
    [
      "dragenter",
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        depth += 1;
        isOver.value = true;
      },
    ],
    [
      "dragover",
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
      },
    ],
    [
      "dragleave",
      (event) => {
        if (!hasFiles(event)) return;
        depth = Math.max(0, depth - 1);
        if (depth === 0) isOver.value = false;
      },
    ],
    [
      "drop",
      (event) => {
        depth = 0;
        isOver.value = false;
        if (!hasFiles(event)) return;
        // The browser would leave the page and show the file itself.
        event.preventDefault();
        const files = [...(event.dataTransfer?.files ?? [])];
        if (files.length > 0) onFiles(files);
      },
    ],
  ];
  onMounted(() => {
    for (const [type, listener] of listeners) window.addEventListener(type, listener as EventListener);
  });
  onScopeDispose(() => {
    for (const [type, listener] of listeners) window.removeEventListener(type, listener as EventListener);
  });
  return { isOver };
}
