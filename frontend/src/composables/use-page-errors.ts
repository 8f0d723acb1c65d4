import { messageOf } from "@pnmlab/kit";
import { type ShallowRef, shallowRef } from "vue";

export interface PageError {
  message: string;
  stack: string;
}

const current = shallowRef<PageError>();

/** Shows an error that no part of the page caught, until it is dismissed. */
export function reportPageError(thrown: unknown): void {
  current.value = { message: messageOf(thrown), stack: thrown instanceof Error ? (thrown.stack ?? "") : "" };
}

export function usePageError(): ShallowRef<PageError | undefined> {
  return current;
}
