import type { StageAnswer, StageMessage } from "./commands.ts";
import { LiveFeed } from "./live-feed.ts";
import { PlotStage, type StageHost } from "./plot-stage.ts";

/** Puts the pictures and the WebSockets that feed them on one thread. @returns takes what the page sends */
export function stageThread(
  host: Omit<StageHost, "report">,
  answer: (answer: StageAnswer) => void,
): (message: StageMessage) => void {
  const stage = new PlotStage({ ...host, report: (report) => answer({ stage: report }) });
  const feed = new LiveFeed({
    onFrame: (frame) => stage.takeFrame(frame),
    report: (report) => answer({ feed: report }),
  });
  return (message) => {
    if ("feed" in message) feed.handle(message.feed);
    else stage.handle(message.stage);
  };
}
