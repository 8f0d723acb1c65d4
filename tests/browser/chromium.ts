import { existsSync } from "node:fs";
import type { Page } from "playwright-core";

/** The Chromium of this machine, where there is one. */
export const chromiumPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => existsSync(path),
);

/** How long a page may take over what is waited for; it comes at once unless the machine is busy. */
export const PATIENCE_MS = 60_000;

/** Headless, without the background traffic of a desktop browser. */
export const launchOptions = {
  ...(chromiumPath ? { executablePath: chromiumPath } : {}),
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

/** A network interface of the machine that comes or goes, as those of containers do, is none of the page's making. */
const OF_THE_MACHINE = "ERR_NETWORK_CHANGED";

/** What a page writes on its console as a warning or an error, and what it throws; grows while the page is open. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    const isComplaint = message.type() === "error" || message.type() === "warning";
    if (isComplaint && !message.text().includes(OF_THE_MACHINE)) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return complaints;
}
