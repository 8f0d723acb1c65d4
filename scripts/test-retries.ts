import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

/** Names the tests that passed only at a second try, a line each, in the file `TEST_RETRIES_FILE`. */
export default class RetriesReporter implements Reporter {
  onTestModuleEnd(module: TestModule): void {
    const file = process.env.TEST_RETRIES_FILE;
    if (!file) return;
    for (const test of module.children.allTests()) {
      if (!test.diagnostic()?.flaky) continue;
      const errors = test.result().errors ?? [];
      const why = errors[0]?.message.split("\n")[0] ?? "";
      appendFileSync(file, `${relative(process.cwd(), module.moduleId)}: ${test.fullName}: ${why}\n`);
    }
  }
}
