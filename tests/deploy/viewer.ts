import { setTimeout as delay } from "node:timers/promises";
import { type Browser, chromium, type Page } from "playwright-core";
import { launchOptions } from "../browser/chromium.ts";
import type { Installation } from "./installation.ts";

interface Session {
  id: string;
  state: string;
  newestFrameAt: string | null;
  desired: string;
}

const RF_PORT = 1001;

/** Slow enough that a machine of two slow cores draws every frame beside all that is restarted. */
const REPEAT_PERIOD_US = 500_000;

/** A signed-in user: a cookie for the API, a page that shows one live session. */
export class Viewer implements AsyncDisposable {
  readonly #installation: Installation;
  readonly #cookie: string;
  readonly #browser: Browser;
  readonly page: Page;
  readonly sessionId: string;

  private constructor(
    installation: Installation,
    cookie: string,
    browser: Browser,
    page: Page,
    sessionId: string,
  ) {
    this.#installation = installation;
    this.#cookie = cookie;
    this.#browser = browser;
    this.page = page;
    this.sessionId = sessionId;
  }

  /** Signs in by a link of `scripts/link`, starts a session and waits until the page draws it. */
  static async open(installation: Installation): Promise<Viewer> {
    const link = async () => new URL(await installation.must("scripts/link", ["lab"]));
    const answer = await fetch(onHost(installation, await link()), { redirect: "manual" });
    const [cookie] = (answer.headers.getSetCookie()[0] ?? "").split(";");
    if (!cookie) throw new Error(`the sign-in link is refused (HTTP ${answer.status})`);
    const started = await fetch(`${installation.url}/api/utsc/sessions`, {
      method: "POST",
      headers: { cookie, "content-type": "application/json" },
      body: JSON.stringify({
        cmtsId: "lab-cmts-1",
        rfPortIfIndex: RF_PORT,
        centerFrequencyHz: 45_000_000,
        spanHz: 80_000_000,
        bins: 800,
        repeatPeriodUs: REPEAT_PERIOD_US,
        outputFormat: "fftPower",
      }),
    });
    const { session } = (await started.json()) as { session?: Session };
    if (!session) throw new Error(`no session can be started (HTTP ${started.status})`);
    const browser = await chromium.launch(launchOptions);
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(onHost(installation, await link()));
    await page.goto(`${installation.url}/live/lab-cmts-1/${RF_PORT}`);
    const viewer = new Viewer(installation, cookie, browser, page, session.id);
    await viewer.untilLive(Date.now(), 30_000);
    return viewer;
  }

  async api<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await fetch(`${this.#installation.url}/api${path}`, {
      ...init,
      headers: { cookie: this.#cookie, ...init.headers },
      signal: AbortSignal.timeout(5000),
    });
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
    return (await response.json()) as T;
  }

  /**
   * Waits until the session receives captures made after `sinceMs` and the page, never loaded anew, draws
   * changing ones.
   *
   * @returns milliseconds from `sinceMs` until then.
   * @throws Error with the last state in words where that takes longer than `deadlineMs`.
   */
  async untilLive(sinceMs: number, deadlineMs: number): Promise<number> {
    let words = "";
    let drawn: string | undefined;
    for (;;) {
      try {
        const { session } = await this.api<{ session: Session & { sentence: string } }>(
          `/utsc/sessions/${this.sessionId}`,
        );
        words = `${session.state}: ${session.sentence}`;
        const isReceiving =
          Date.parse(session.newestFrameAt ?? "") > sinceMs && session.state === "receiving";
        const now = await this.#drawn();
        if (isReceiving && drawn !== undefined && now !== undefined && now !== drawn) {
          return Date.now() - sinceMs;
        }
        // What the page drew before the session received again proves nothing.
        drawn = isReceiving ? (drawn ?? now) : undefined;
        if (isReceiving)
          words += now === undefined ? "; the page draws nothing" : "; the page draws one trace";
      } catch (error) {
        words = (error as Error).message;
      }
      if (Date.now() - sinceMs > deadlineMs)
        throw new Error(`not live after ${deadlineMs / 1000} s: ${words}`);
      await delay(200);
    }
  }

  /** The drawn trace, as a text that differs from frame to frame. */
  async #drawn(): Promise<string | undefined> {
    return await this.page.evaluate(() => {
      const trace = window.pnmlab.trace();
      return trace ? `${trace.sequence}:${trace.levelDbmv.slice(100, 110).join()}` : undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.api(`/utsc/sessions/${this.sessionId}/stop`, { method: "POST" }).catch(() => undefined);
  }
}

/** The link as a user of this machine opens it. */
function onHost(installation: Installation, link: URL): string {
  return `${installation.url}${link.pathname}${link.search}${link.hash}`;
}
