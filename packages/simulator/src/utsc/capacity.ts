import type { Personality } from "../personality/personality.ts";
import type { PortTest } from "./port-test.ts";

/** Line card of a port; both count from 1. */
export function cardOf(port: number, { concurrency }: Personality): number {
  return Math.ceil(port / concurrency.portsPerCard);
}

/** What keeps a further test on a port from running: the port itself, its line card or the chassis. */
export function missingResource(
  test: PortTest,
  tests: readonly PortTest[],
  personality: Personality,
): string | undefined {
  const { testsPerCard, testsPerChassis } = personality.concurrency;
  const busy = tests.filter((other) => other.isBusy && other !== test);
  if (busy.some(({ port }) => port === test.port)) return "another test runs on this port";
  const card = cardOf(test.port, personality);
  const onCard = busy.filter(({ port }) => cardOf(port, personality) === card).length;
  if (onCard >= testsPerCard) return `line card ${card} runs as many tests as it can (${onCard})`;
  return busy.length >= testsPerChassis
    ? `the chassis runs as many tests as it can (${busy.length})`
    : undefined;
}
