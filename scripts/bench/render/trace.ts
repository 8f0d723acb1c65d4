import type { Browser, CDPSession } from "playwright-core";

/** Tasks of one thread over the time of a trace. */
export interface ThreadTasks {
  /** CPU time of all tasks, milliseconds. */
  cpuMs: number;
  /** The longest task by the clock, and the longest by the CPU time that it had. */
  longestMs: number;
  longestCpuMs: number;
  /** Tasks longer than this many milliseconds by the clock. */
  over(ms: number): number;
}

export interface PageTrace {
  main: ThreadTasks;
  /** Dedicated workers together; without tasks where there is none. */
  workers: ThreadTasks;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

const CATEGORIES = ["toplevel", "__metadata"];
const TASK = "ThreadControllerImpl::RunTask";

/** Records every task of the browser while `during` runs; the page is the one whose main thread did most. */
export async function traceTasks(browser: Browser, during: () => Promise<void>): Promise<PageTrace> {
  const cdp: CDPSession = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  cdp.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await cdp.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: CATEGORIES, excludedCategories: ["*"] },
  });
  await during();
  const completed = new Promise<void>((resolve) => cdp.once("Tracing.tracingComplete", () => resolve()));
  await cdp.send("Tracing.end");
  await completed;
  await cdp.detach();

  const threadNames = new Map(
    events
      .filter(({ ph, name }) => ph === "M" && name === "thread_name")
      .map(({ pid, tid, args }) => [`${pid}/${tid}`, args?.name ?? ""]),
  );
  const byPid = new Map<number, { main: TraceEvent[]; workers: TraceEvent[] }>();
  for (const event of events) {
    if (event.ph !== "X" || event.name !== TASK) continue;
    const thread = threadNames.get(`${event.pid}/${event.tid}`) ?? "";
    const page = byPid.get(event.pid) ?? { main: [], workers: [] };
    byPid.set(event.pid, page);
    if (thread === "CrRendererMain") page.main.push(event);
    else if (thread.startsWith("DedicatedWorker")) page.workers.push(event);
  }
  const pages = [...byPid.values()].map(({ main, workers }) => ({
    main: tasksOf(main),
    workers: tasksOf(workers),
  }));
  return pages.reduce((most, page) => (page.main.cpuMs > most.main.cpuMs ? page : most));
}

function tasksOf(events: readonly TraceEvent[]): ThreadTasks {
  const tookMs = events.map(({ dur = 0 }) => dur / 1000);
  const cpuMs = events.map(({ tdur = 0 }) => tdur / 1000);
  return {
    cpuMs: cpuMs.reduce((sum, ms) => sum + ms, 0),
    longestMs: tookMs.reduce((most, ms) => Math.max(most, ms), 0),
    longestCpuMs: cpuMs.reduce((most, ms) => Math.max(most, ms), 0),
    over: (ms) => tookMs.filter((each) => each > ms).length,
  };
}
