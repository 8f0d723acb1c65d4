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

/**
 * Tests that start threads have a process for each file, as those of labs have: V8 13.6 ends a process in which very
 * many threads came and went ("Check failed: jit_page.has_value()").
 */
const withThreads = [
  "backend/src/*.test.ts",
  "backend/src/{agents,auth,captures,cmts,detection,routes,utsc}/*.test.ts",
  "backend/src/live/hub.test.ts",
  "packages/pnm-codec/src/fuzz.test.ts",
  "packages/testkit/src/doctor.test.ts",
];

const unit = {
  testTimeout: 60_000,
  // They wait for sockets, timers and files more than they compute.
  maxWorkers: 2 * availableParallelism(),
};

export default defineConfig({
  test: {
    // Tests leave nothing behind in their process, and to load the programs anew for each file costs more than most
    // tests.
    isolate: false,
    // Containers take their time to go.
    teardownTimeout: 120_000,
    projects: [
      {
        ...shared,
        plugins: [vue()],
        test: {
          ...unit,
          name: "unit",
          include: ["{packages/*,agent,backend,frontend}/src/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: withThreads,
        },
      },
      { ...shared, test: { ...unit, name: "unit-threads", include: withThreads, isolate: true } },
      {
        ...shared,
        test: {
          name: "integration",
          isolate: true,
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
          isolate: true,
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
