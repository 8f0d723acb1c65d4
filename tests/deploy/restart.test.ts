import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { chromiumPath } from "../browser/chromium.ts";
import { findings, Installation, SERVICES, type Service } from "./installation.ts";
import { Viewer } from "./viewer.ts";

const deployment = inject("deployment");
const isPossible = !("reason" in deployment) && chromiumPath !== undefined;

/** How long a user may wait until the picture moves again, and an operator until every check passes. */
const BACK_DEADLINE_MS = 30_000;

const OPERATIONS = ["restart", "recreate", "kill", "remove"] as const;
type Operation = (typeof OPERATIONS)[number];
type Step = readonly [Operation, Service];

const singles = SERVICES.flatMap((service) => OPERATIONS.map((operation): Step[] => [[operation, service]]));

/** `npm test` takes each ordered pair of services once; `npm run test:deploy` more, and each step alone. */
const isShort = process.env.DEPLOY_SCOPE === "pairs";

/** Every ordered pair of services; the operations rotate until each combination of two has had its turn. */
function pairs(): Step[][] {
  const services = SERVICES.flatMap((first) =>
    SERVICES.filter((second) => second !== first).map((second) => [first, second] as const),
  );
  const operations = OPERATIONS.flatMap((first) => OPERATIONS.map((second) => [first, second] as const));
  const most = isShort ? services.length : operations.length;
  const count = process.env.DEPLOY_SCOPE === "full" ? services.length * operations.length : most;
  return Array.from({ length: count }, (_, index) => {
    // Pairs and combinations meet again after 48 steps: from there on they are shifted against each other.
    const [first, second] = services[index % services.length]!;
    const [one, two] = operations[(index + Math.floor(index / 48)) % operations.length]!;
    return [
      [one, first],
      [two, second],
    ];
  });
}

describe.skipIf(!isPossible)("an installation whose services are restarted", () => {
  const installation = new Installation(deployment as Exclude<typeof deployment, { reason: string }>);
  let viewer: Viewer;
  const rows: string[][] = [];

  beforeAll(async () => {
    await installation.untilHealthy();
    viewer = await Viewer.open(installation);
  });
  afterAll(async () => {
    await viewer?.[Symbol.asyncDispose]();
    const longest = (column: number) => Math.max(...rows.map((row) => Number(row[column]))).toFixed(1);
    rows.push(["longest", longest(1), longest(2), longest(3), ""]);
    const head = ["what", "commands s", "live again s", "all checks pass s", "checks"];
    installation.report("Restart matrix (seconds after the last command)", head, rows);
  });

  const operate: Record<Operation, (service: Service) => Promise<unknown>> = {
    restart: (service) => installation.compose("restart", service),
    recreate: (service) => installation.compose("up", "-d", "--force-recreate", "--no-deps", service),
    kill: (service) => installation.kill(service),
    remove: async (service) => {
      await installation.compose("rm", "-s", "-f", service);
      await installation.compose("up", "-d");
    },
  };

  /** Runs the commands, and proves that everything is back: the same session live, every check passed. */
  async function proveReturn(what: string, commands: () => Promise<unknown>, isFull: boolean): Promise<void> {
    const startedAt = Date.now();
    await commands();
    const doneAt = Date.now();
    const liveMs = await viewer.untilLive(doneAt, BACK_DEADLINE_MS);
    await installation.untilHealthy(BACK_DEADLINE_MS);
    const report = await installation.untilPassed(BACK_DEADLINE_MS, ...(isFull ? [] : ["--quick"]));
    const passedMs = Date.now() - doneAt;
    const figures = [doneAt - startedAt, liveMs, passedMs].map((ms) => (ms / 1000).toFixed(1));
    rows.push([what, ...figures, isFull ? "full" : "quick"]);
    expect(findings(report)).toEqual([]);
    expect(passedMs).toBeLessThan(BACK_DEADLINE_MS);
  }

  const cases = [...(isShort ? [] : singles), ...pairs()].map(
    (steps) => [steps.map((step) => step.join(" ")).join(", then "), steps] as const,
  );
  // Files are sent and CMTSs asked after one in four; the other checks follow every case.
  test.for(cases.map(([what, steps], index) => [what, steps, index % 4 === 0] as const))(
    "is live again after %s",
    async ([what, steps, isFull]) => {
      await proveReturn(
        what,
        async () => {
          for (const [operation, service] of steps) await operate[operation](service);
        },
        isFull,
      );
    },
  );

  test("is live again after the whole stack went down and came up", async () => {
    await proveReturn(
      "all down, all up",
      async () => {
        await installation.compose("down");
        await installation.compose("up", "-d");
      },
      true,
    );
  });

  test("is live again after the engine was stopped and started, as a host that reboots does", async (context) => {
    const { engineScript } = installation.data;
    if (!engineScript) return context.skip("the engine is not the tests' own");
    await proveReturn(
      "engine stopped and started",
      async () => {
        await installation.must("bash", [engineScript, "down"]);
        await installation.must("bash", [engineScript, "up"]);
      },
      true,
    );
  });
});
