import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { vue } from "./frontend/vue-plugin.ts";

const conditions = ["@pnmlab/source"];
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
};

/** What is waited for comes at once, unless the machine is busy. */
const PATIENCE = { timeout: 60_000, interval: 50 };

/** Tests of what has no state of its process: codecs, mathematics, schemas, the page's parts. */
const pure = [
  "packages/{config,docsis-mib,kit,link,pnm-analysis,pnm-codec,protocol,recording}/src/**/*.test.ts",
  "frontend/src/**/*.test.ts",
];

const unit = {
  testTimeout: 60_000,
  // They wait for sockets, timers and files more than they compute.
  maxWorkers: 2 * availableParallelism(),
};

export default defineConfig({
  test: {
    // Containers take their time to go.
    teardownTimeout: 120_000,
    projects: [
      {
        ...shared,
        plugins: [vue()],
        test: {
          ...unit,
          name: "unit-pure",
          include: pure,
          // They leave nothing behind in their process, and to load it anew for each file costs more than the tests.
          isolate: false,
        },
      },
      {
        ...shared,
        test: {
          ...unit,
          name: "unit",
          include: ["{packages/*,agent,backend}/src/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: pure,
        },
      },
      {
        ...shared,
        test: {
          name: "integration",
          include: ["tests/{integration,tunnel}/**/*.test.ts"],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          expect: { poll: PATIENCE },
          fileParallelism: false,
        },
      },
      {
        ...shared,
        test: {
          name: "browser",
          include: ["tests/browser/**/*.test.ts"],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          expect: { poll: PATIENCE },
          fileParallelism: false,
        },
      },
      {
        ...shared,
        test: {
          name: "deploy",
          include: ["tests/deploy/**/*.test.ts"],
          globalSetup: ["tests/deploy/global-setup.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
