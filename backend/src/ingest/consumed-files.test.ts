import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "@pnmlab/kit";
import { expect, onTestFinished, test } from "vitest";
import { captureBytes, MemorySink, silentLog, until } from "../_test/ingest.ts";
import { temporaryFolder } from "../_test/support.ts";
import { openStorage } from "../storage/index.ts";
import { ConsumedFiles } from "./consumed-files.ts";
import { startIngest } from "./ingest.ts";

async function openConsumed() {
  const dataDir = await temporaryFolder();
  return async () => {
    const storage = openStorage(dataDir);
    const consumed = new ConsumedFiles(storage.consumedFiles);
    onTestFinished(async () => {
      await consumed[Symbol.asyncDispose]();
      storage[Symbol.dispose]();
    });
    return consumed;
  };
}

test("kept files are not consumed again after a restart, those that came meanwhile are", async () => {
  const open = await openConsumed();
  const directory = await temporaryFolder();
  const run = async (consumed: ConsumedFiles) => {
    const taken: string[] = [];
    const ingest = await startIngest({
      directory,
      sink: new MemorySink(),
      consumed,
      log: silentLog,
      cleaner: { remove: async () => {}, list: async () => [] },
      claimer: {
        claim: () => ({ removeAfter: true, take: (file) => void taken.push(file.fileName) }),
      },
    });
    return { taken, ingest };
  };
  const firstConsumed = await open();
  const first = await run(firstConsumed);
  for (const k of [1, 2, 3]) await writeFile(join(directory, `pnmlab_b_c1_${k}`), captureBytes());
  await until(() => first.taken.length === 3);
  await first.ingest.close();
  await firstConsumed[Symbol.asyncDispose]();

  await writeFile(join(directory, "pnmlab_b_c1_4"), captureBytes());
  await writeFile(join(directory, "pnmlab_b_c2_1"), captureBytes());
  const second = await run(await open());
  await until(() => second.taken.includes("pnmlab_b_c1_4") && second.taken.includes("pnmlab_b_c2_1"));
  await sleep(1500);
  await second.ingest.close();
  expect(second.taken.filter((name) => name.startsWith("pnmlab_b_")).sort()).toEqual([
    "pnmlab_b_c1_4",
    "pnmlab_b_c2_1",
  ]);
  expect(await readdir(directory)).toHaveLength(5);
});
