import axe, { type AxeResults, type RunOptions } from "axe-core";
import type { Page } from "playwright-core";

/** What axe tells of its rules only inside. */
interface AxeInside {
  _audit: { rules: { id: string; impact: string; enabled: boolean; tags: string[] }[] };
}

/** Violations of these impacts stop somebody from working with the page. */
const STOPPING = new Set(["serious", "critical"]);
/** Rules of axe that run unless told otherwise, and whose findings stop somebody. */
const RULES = (axe as unknown as AxeInside)._audit.rules
  .filter(({ enabled, tags }) => enabled && !tags.includes("experimental"))
  .filter(({ impact }) => STOPPING.has(impact))
  .map(({ id }) => id);
/** Those of them that look at colours. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];
const THEMES = ["dark", "light"] as const;

/** Makes the page follow the theme of the system, which `offencesOn` then changes. Goes before the first page. */
export async function followTheme(page: Page): Promise<void> {
  await page.addInitScript(() =>
    localStorage.setItem("pnmlab.settings", JSON.stringify({ theme: "system" })),
  );
}

/** Words of what stops people on the page that is open, in the dark theme and in the light one. */
export async function offencesOn(page: Page): Promise<string[]> {
  const offences: string[] = [];
  await page.evaluate(axe.source);
  for (const theme of THEMES) {
    // Only colours differ between the themes of one document.
    const found = await violations(page, theme, theme === THEMES[0] ? RULES : COLOUR_RULES);
    offences.push(...found.map((offence) => `${theme}: ${offence}`));
  }
  return offences;
}

async function violations(
  page: Page,
  theme: (typeof THEMES)[number],
  rules: readonly string[],
): Promise<string[]> {
  await page.emulateMedia({ colorScheme: theme });
  const { violations: found } = await page.evaluate(
    async ([name, options]) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      while (document.documentElement.dataset.theme !== name) await frame();
      // What fades in or changes its colour has done so.
      const passing = document
        .getAnimations()
        .filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime));
      await Promise.all(passing.map(({ finished }) => finished.catch(() => {})));
      return (window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(
        options,
      );
    },
    [
      theme,
      {
        resultTypes: ["violations"],
        runOnly: { type: "rule", values: [...rules] },
      },
    ] satisfies [string, RunOptions],
  );
  return found
    .filter(({ impact }) => STOPPING.has(impact ?? ""))
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, any }) => `${id}: ${help}: ${String(target)}: ${any[0]?.message ?? ""}`),
    );
}
