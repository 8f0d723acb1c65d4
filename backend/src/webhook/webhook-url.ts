import { readFileSync } from "node:fs";
import type { Config } from "@pnmlab/config";
import { PnmLabError } from "@pnmlab/kit";

const MOST_LENGTH = 4096;

/**
 * Where events are told: what the file holds where one is named, read anew each time. Undefined where nobody named
 * either. Error texts hold the path, never the address.
 *
 * @throws PnmLabError `WEBHOOK_URL_INVALID` from the function that is returned
 */
export function webhookUrlOf({
  eventWebhookUrl,
  eventWebhookUrlFile: path,
}: Pick<Config, "eventWebhookUrl" | "eventWebhookUrlFile">): (() => URL) | undefined {
  if (path) return () => readUrl(path);
  if (eventWebhookUrl === "") return undefined;
  const url = new URL(eventWebhookUrl);
  return () => url;
}

function readUrl(path: string): URL {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    const { code = "no code" } = error as NodeJS.ErrnoException;
    throw invalid(path, `which cannot be read (${code})`);
  }
  const isUrl = text.length <= MOST_LENGTH && URL.canParse(text);
  const url = isUrl ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw invalid(path, "which does not hold one http:// or https:// URL");
  }
  return url;
}

function invalid(path: string, what: string): PnmLabError {
  return new PnmLabError(
    "WEBHOOK_URL_INVALID",
    `has no address: PNMLAB_EVENT_WEBHOOK_URL_FILE names ${path}, ${what}`,
  );
}
