import { PnmLabError } from "@pnmlab/kit";
import { type PackedAnswers, type PackedRows, packRows, packValues, type Varbind } from "@pnmlab/protocol";
import type { RequestLimits, SnmpEndpoint, SnmpEngine } from "../snmp/index.ts";
import type { JobContext, MethodServices, ParsedParams } from "./methods.ts";

/** Entries of a packed list of rows that make a chunk: 200 rows, so that nobody waits while one is read. */
const CHUNK_ENTRIES = 600;
/** Answers of a sweep that make a chunk. */
const CHUNK_ANSWERS = 64;

/** Sends the rows that `read` passes on in chunks, each OID below `base`. */
export async function streamRows(
  { openStream }: JobContext,
  base: string,
  read: (sink: (rows: Varbind[]) => Promise<void> | undefined) => Promise<number>,
): Promise<{ rows: number }> {
  using sender = openStream<PackedRows>(
    () => [],
    (chunk) => chunk.length >= CHUNK_ENTRIES,
  );
  const rows = await read((some) => sender.add((chunk) => packRows(chunk, some, base)));
  sender.end();
  return { rows };
}

/** Reads the same OIDs of every target; one that fails has its error in place of values. */
export async function sweep(
  { policy, engine }: Pick<MethodServices, "policy" | "engine">,
  { targets, oids, targetDeadlineMs }: ParsedParams<"snmp.sweep">,
  { openStream, deadline, signal }: JobContext,
): Promise<{ rows: number }> {
  using sender = openStream<PackedAnswers>(
    () => [],
    (chunk) => chunk.length >= 2 * CHUNK_ANSWERS,
  );
  // A signal of its own for each: thousands of listeners on one signal are searched for one another.
  const aborts = new Set<AbortController>();
  const abortAll = () => {
    for (const abort of aborts) abort.abort(signal.reason);
  };
  signal.addEventListener("abort", abortAll, { once: true });
  const answers = targets.map(async (target, number) => {
    const abort = new AbortController();
    aborts.add(abort);
    const answer = await answerOf(
      engine,
      () => policy.endpointOf(target, deadline.leftMs, abort.signal),
      oids,
      {
        deadlineMs: targetDeadlineMs,
        maxWaitMs: Math.max(1, deadline.leftMs),
        priority: "batch",
        signal: abort.signal,
      },
    ).finally(() => aborts.delete(abort));
    await sender.add((chunk) => chunk.push(number, answer));
  });
  try {
    await Promise.all(answers);
  } finally {
    signal.removeEventListener("abort", abortAll);
  }
  sender.end();
  return { rows: targets.length };
}

async function answerOf(
  engine: SnmpEngine,
  endpointOf: () => Promise<SnmpEndpoint>,
  oids: readonly string[],
  limits: RequestLimits,
) {
  try {
    return packValues(await engine.get(await endpointOf(), oids, limits));
  } catch (error) {
    if (!(error instanceof PnmLabError) || limits.signal?.aborted) throw error;
    return error.toBody();
  }
}
