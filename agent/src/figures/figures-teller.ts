import type { LinkConnection } from "@pnmlab/link";
import { AGENT_FIGURES_PERIOD_MS, type AgentFigures, type AgentPolicy } from "@pnmlab/protocol";

type FiguresConnection = Pick<LinkConnection, "send" | "signal">;

export interface FiguresTellerOptions {
  figures: () => AgentFigures;
  policy: AgentPolicy;
}

/** Tells the backend how the agent runs: at the begin of a session with its policy, and every 5 s from then on. */
export class FiguresTeller implements Disposable {
  readonly #options: FiguresTellerOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: FiguresTellerOptions) {
    this.#options = options;
  }

  attach(connection: FiguresConnection): void {
    const { figures, policy } = this.#options;
    clearInterval(this.#timer);
    const timer = setInterval(
      () => connection.send({ type: "figures", figures: figures() }),
      AGENT_FIGURES_PERIOD_MS,
    );
    timer.unref();
    this.#timer = timer;
    connection.signal.addEventListener("abort", () => clearInterval(timer));
    connection.send({ type: "figures", figures: figures(), policy });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
