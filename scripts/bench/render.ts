import { setPriority } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { defaultRootDir } from "@pnmlab/config";
import type { UtscSession } from "@pnmlab/protocol";
import { ensurePage, startTestLab } from "@pnmlab/testkit";
import { type BrowserContext, type CDPSession, chromium, type Page } from "playwright-core";
import { chromiumPath, launchOptions } from "../../tests/browser/chromium.ts";
import { lostFiles, quantile, total } from "./ports/account.ts";
import { runPorts } from "./ports/run.ts";
import { type Contender, drawFrames } from "./render/contenders.ts";
import { type PageTrace, traceTasks } from "./render/trace.ts";

// Time on the main thread per picture of the live page, 4,096 bins at 20 frames/s, beside uPlot with a canvas
// that scrolls and beside a rectangle per cell of the waterfall, on the frames of the same session in one run;
// then the longest task of the page. `npm run bench:render [-- --long] [--dist FOLDER]`: the quick form takes
// two minutes; the long one looks at the page for a minute, and lets ten ports send 20 frames/s for another
// one. Exits 1 when a bar is missed.

const BINS = 4096;
const FRAMES_PER_S = 20;
const WATERFALL_ROWS = 512;
/** The canvas of the page at this size has a waterfall of more rows than the contenders'. */
const VIEWPORT = { width: 1600, height: 1300 };
const TRACE_HEIGHT = 300;
const CMTS = "bench-cmts";
/** A page that was opened compiles its code and reads what is recorded; people look at it all day. */
const WARM_UP_MS = 8000;
const FIRST_PICTURES_DEADLINE_MS = 30_000;
const LONGEST_TASK_MS = 16;
const PORTS = 10;
const PORTS_S = 60;
const LEAST_SHOWN = 0.99;

type Way = "page" | "page without worker" | Contender;
const WAYS: Way[] = ["page", "page without worker", "uplot", "rectangles"];

interface Measured {
  pictures: number;
  picturesPerS: number;
  /** CPU time of all tasks of the main thread, milliseconds per picture. */
  mainMs: number;
  /** CPU of all processes of the browser, milliseconds per picture. */
  browserMs: number;
}

const { values: options } = parseArgs({
  options: { long: { type: "boolean", default: false }, dist: { type: "string" } },
});
const measuredS = options.long ? 20 : 5;
const rounds = options.long ? 3 : 2;
const tracedS = options.long ? 60 : 15;

if (!chromiumPath) {
  console.error("bench:render needs Chromium, and none is installed");
  process.exit(2);
}
if (options.dist === undefined) await ensurePage((line) => console.log(line));

await using stack = new AsyncDisposableStack();
const browser = await chromium.launch(launchOptions);
stack.defer(() => browser.close());
// The lab in this process is not what is looked at, and gives way to the browser.
setPriority(10);
const lab = stack.use(
  await startTestLab({
    cmts: [{ name: CMTS, personality: "generic" }],
    ...(options.dist === undefined ? {} : { distDir: options.dist }),
  }),
);
const processes = await browser.newBrowserCDPSession();
const rfPortIfIndex = lab.simulator.devices[0]!.rfPorts[0]!.ifIndex;
const session = await startSession();

async function startSession(): Promise<UtscSession> {
  const answer = await fetch(`${lab.url}/api/utsc/sessions`, {
    method: "POST",
    headers: { cookie: await lab.signIn(), "content-type": "application/json" },
    body: JSON.stringify({
      cmtsId: CMTS,
      rfPortIfIndex,
      centerFrequencyHz: 102_400_000,
      spanHz: 204_800_000,
      bins: BINS,
      repeatPeriodUs: 1_000_000 / FRAMES_PER_S,
      outputFormat: "fftPower",
    }),
  });
  const body = (await answer.json()) as { session: UtscSession };
  if (!answer.ok) throw new Error(`the session was refused: ${JSON.stringify(body)}`);
  return body.session;
}

async function open(way: Way): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext({ viewport: VIEWPORT, bypassCSP: true });
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(`${way}: ${error.message}`));
  await page.goto(lab.signInLink());
  if (way === "page" || way === "page without worker") {
    if (way !== "page") {
      await page.addInitScript(() => {
        Reflect.deleteProperty(HTMLCanvasElement.prototype, "transferControlToOffscreen");
      });
    }
    await page.goto(`${lab.url}/live/${CMTS}/${rfPortIfIndex}`);
    await untilPictures(page, 10);
    return { page, context };
  }
  // A plain document of the same origin, so that the WebSocket is let in as the page's own.
  await page.goto(`${lab.url}/api/health`);
  await page.evaluate(() => document.body.replaceChildren());
  await page.addScriptTag({
    path: join(defaultRootDir, "frontend/node_modules/uplot/dist/uPlot.iife.min.js"),
  });
  await page.evaluate(drawFrames, {
    kind: way,
    socketUrl: `${lab.url.replace("http", "ws")}/ws/live`,
    sessionId: session.id,
    width: 1200,
    traceHeight: TRACE_HEIGHT,
    waterfallRows: WATERFALL_ROWS,
  });
  await untilPictures(page, 2);
  return { page, context };
}

/** Pictures drawn so far, by the page or by a contender. */
function picturesOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { pnmlab, drawn } = window as unknown as { pnmlab?: { framesShown: number }; drawn?: number };
    return pnmlab?.framesShown ?? drawn ?? 0;
  });
}

async function untilPictures(page: Page, least: number): Promise<void> {
  const deadlineMs = performance.now() + FIRST_PICTURES_DEADLINE_MS;
  while ((await picturesOf(page)) < least) {
    if (performance.now() > deadlineMs) throw new Error(`no pictures on ${page.url()}`);
    await sleep(100);
  }
}

async function taskMs(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")!.value * 1000;
}

async function browserCpuMs(): Promise<number> {
  const { processInfo } = await processes.send("SystemInfo.getProcessInfo");
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0) * 1000;
}

async function measure(way: Way): Promise<Measured> {
  const { page, context } = await open(way);
  const cdp = await context.newCDPSession(page);
  // CPU time of the thread: by the clock, every other program of the machine would be in it.
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  await sleep(WARM_UP_MS);
  const before = { pictures: await picturesOf(page), atMs: performance.now() };
  const [mainBeforeMs, browserBeforeMs] = [await taskMs(cdp), await browserCpuMs()];
  await sleep(measuredS * 1000);
  const [mainAfterMs, browserAfterMs] = [await taskMs(cdp), await browserCpuMs()];
  const pictures = (await picturesOf(page)) - before.pictures;
  const tookS = (performance.now() - before.atMs) / 1000;
  await context.close();
  return {
    pictures,
    picturesPerS: pictures / tookS,
    mainMs: (mainAfterMs - mainBeforeMs) / pictures,
    browserMs: (browserAfterMs - browserBeforeMs) / pictures,
  };
}

/** The page, looked at in peace, with every task on record. */
async function traced(way: Way): Promise<PageTrace & { picturesPerS: number; pictures: number }> {
  const { page, context } = await open(way);
  await sleep(WARM_UP_MS);
  const before = await picturesOf(page);
  const startedAtMs = performance.now();
  const trace = await traceTasks(browser, () => sleep(tracedS * 1000));
  const pictures = (await picturesOf(page)) - before;
  const picturesPerS = pictures / ((performance.now() - startedAtMs) / 1000);
  await context.close();
  return { ...trace, pictures, picturesPerS };
}

const results = Object.fromEntries(WAYS.map((way): [Way, Measured[]] => [way, []])) as Record<
  Way,
  Measured[]
>;
for (let round = 1; round <= rounds; round += 1) {
  console.log(`round ${round} of ${rounds} ...`);
  for (const way of WAYS) results[way].push(await measure(way));
}
console.log(`looking at the page for ${tracedS} s ...`);
const trace = await traced("page");

const of = (way: Way, figure: keyof Measured) =>
  quantile(
    results[way].map((each) => each[figure]),
    0.5,
  );
const names: Record<Way, string> = {
  page: "the page, drawing in a worker",
  "page without worker": "the page, drawing on its main thread",
  uplot: "uPlot + canvas that scrolls",
  rectangles: "rectangle per cell, 1,600 x 240",
};
console.log(
  "\n4,096 bins                              pictures/s  main thread CPU ms/picture  browser CPU ms/picture",
);
for (const way of WAYS) {
  const cells = [
    names[way].padEnd(38),
    of(way, "picturesPerS").toFixed(1).padStart(11),
    of(way, "mainMs").toFixed(2).padStart(27),
    of(way, "browserMs").toFixed(1).padStart(23),
  ];
  console.log(cells.join(" "));
}
const { main, workers } = trace;
console.log(
  `\nthe page over ${tracedS} s: worker ${(workers.cpuMs / trace.pictures).toFixed(2)} ms of CPU a picture, longest task ${workers.longestCpuMs.toFixed(1)} ms; main thread ${(main.cpuMs / trace.pictures).toFixed(2)} ms, longest task ${main.longestCpuMs.toFixed(1)} ms of CPU, ${main.longestMs.toFixed(1)} ms by the clock (the worker's ${workers.longestMs.toFixed(1)} ms); ${main.over(LONGEST_TASK_MS)} tasks over ${LONGEST_TASK_MS} ms by the clock`,
);

const ports = options.long
  ? (await runPorts({ seconds: PORTS_S, rfPorts: PORTS, repeatPeriodMs: 1000 / FRAMES_PER_S })).ports
  : undefined;

const bars: [name: string, value: number, bar: number, isMet: boolean][] = [];
const atMost = (name: string, value: number, bar: number) => bars.push([name, value, bar, value <= bar]);
const atLeast = (name: string, value: number, bar: number) => bars.push([name, value, bar, value >= bar]);
atMost("main thread / uPlot + canvas", of("page", "mainMs") / of("uplot", "mainMs"), 0.3);
atMost("main thread / rectangle per cell", of("page", "mainMs") / of("rectangles", "mainMs"), 1 / 300);
atMost("longest task of the main thread, ms of CPU", main.longestCpuMs, LONGEST_TASK_MS);
atLeast("pictures a second / frames a second", trace.picturesPerS / FRAMES_PER_S, 0.98);
if (ports) {
  const files = total(ports, "files");
  console.log(
    `\n${ports.length} ports: ${files} files in ${PORTS_S} s, ${total(ports, "shown")} shown, ${total(ports, "thinned")} thinned, ${total(ports, "refused")} refused, ${total(ports, "surplus")} too many`,
  );
  atLeast(
    "ten ports: files shown or thinned",
    (total(ports, "shown") + total(ports, "thinned")) / files,
    LEAST_SHOWN,
  );
  atLeast("ten ports: files a second / those asked for", files / PORTS_S / PORTS / FRAMES_PER_S, LEAST_SHOWN);
  atMost("ten ports: files without a frame or a word", lostFiles(ports), 0);
}
console.log();
for (const [name, value, bar, isMet] of bars) {
  console.log(
    `${name.padEnd(44)} ${value.toFixed(4).padStart(9)}  bar ${bar.toFixed(4).padStart(8)}  ${isMet ? "met" : "MISSED"}`,
  );
}
process.exitCode = bars.every(([, , , isMet]) => isMet) ? 0 : 1;
