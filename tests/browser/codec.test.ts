import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { DecodeHints } from "@pnmlab/pnm-codec";
import { chromium } from "playwright-core";
import { build } from "vite";
import { expect, test } from "vitest";
import { mutate } from "../../packages/pnm-codec/src/test-support/fuzz/mutate.ts";
import { caseRandom } from "../../packages/pnm-codec/src/test-support/fuzz/random.ts";
import { fuzzSeeds, UTSC_NAME } from "../../packages/pnm-codec/src/test-support/fuzz/seeds.ts";
import { chromiumPath, launchOptions } from "./chromium.ts";
import { fingerprint, observe } from "./codec-observer.ts";

const DAMAGED = 500;
const PAGE = `<!doctype html><title>codec</title>
<script type="module">import * as observer from "/codec.js"; globalThis.observer = observer;</script>`;

declare global {
  interface Window {
    observer: typeof import("./codec-observer.ts");
  }
}

interface Input {
  name: string;
  bytes: Uint8Array;
  hints: DecodeHints;
}

/** Valid files of every type, real captures where there are any, and damaged ones. */
function inputs(): Input[] {
  const seeds = fuzzSeeds();
  const small = seeds.filter(({ isBig }) => !isBig);
  const whole = seeds.map(({ name, bytes }) => ({ name, bytes, hints: {} }));
  const damaged = Array.from({ length: DAMAGED }, (_, index) => {
    const below = caseRandom(8, index);
    const origin = small[below(small.length)]!;
    const { bytes } = mutate(origin, small, below);
    return { name: `${origin.name}, damaged`, bytes, hints: below(2) === 0 ? {} : { fileName: UTSC_NAME } };
  });
  return [...whole, ...damaged];
}

/** The observer and the codec as one script without imports, as a page would load it. */
async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    resolve: { conditions: ["@pnmlab/source"] },
    build: {
      write: false,
      lib: { entry: join(import.meta.dirname, "codec-observer.ts"), formats: ["es"], fileName: "codec" },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (output === undefined || !("output" in output)) throw new Error("the bundler gave no output");
  return output.output[0].code;
}

const run = chromiumPath ? test : test.skip;

run("the codec gives the same records, plots, summaries and refusals in Chromium as in Node", async () => {
  const script = await bundle();
  expect(script).not.toMatch(/^import\b/m);
  const server = createServer((request, response) => {
    const isScript = request.url === "/codec.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch(launchOptions);
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const files = inputs();
    await page.waitForFunction(() => window.observer !== undefined);
    const seen = await page.evaluate(
      (list) => {
        const { observe, fingerprint } = window.observer;
        return list.map(({ base64, hints }) => {
          const text = observe(
            Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)),
            hints,
          );
          return { start: text.slice(0, 2000), whole: fingerprint(new TextEncoder().encode(text)) };
        });
      },
      files.map(({ bytes, hints }) => ({ base64: Buffer.from(bytes).toString("base64"), hints })),
    );
    expect(files.length).toBeGreaterThan(DAMAGED + 40);
    for (const [i, { name, bytes, hints }] of files.entries()) {
      const text = observe(bytes, hints);
      expect(seen[i]!.start, name).toBe(text.slice(0, 2000));
      expect(seen[i]!.whole, name).toBe(fingerprint(new TextEncoder().encode(text)));
    }
  } finally {
    await browser.close();
    server.close();
  }
});
