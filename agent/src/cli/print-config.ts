import { type InspectedConfig, inspectConfig } from "@pnmlab/config";
import type { CommandLine } from "./command-line.ts";

/**
 * Every setting with its value and source. Returns how many are wrong.
 *
 * @throws ConfigError where the settings file cannot be read.
 */
export function printConfig({ settings: args, json }: CommandLine, write: (text: string) => void): number {
  const inspected = inspectConfig("agent", { args });
  write(json ? `${JSON.stringify(inspected, null, 2)}\n` : configText(inspected));
  return inspected.settings.filter(({ problem }) => problem !== undefined).length;
}

function configText({ settings, warnings, fileName }: InspectedConfig): string {
  const width = Math.max(...settings.map(({ name }) => name.length));
  const lines = settings.map(({ name, value, layer }) => {
    const source = layer === "file" ? fileName : layer;
    return `${name.padEnd(width)}  ${value || "none"}  (${source})`;
  });
  const problems = settings.flatMap(({ problem }) => problem ?? []);
  return [
    `order: command line, environment, file (${fileName}), default`,
    ...lines,
    ...warnings.map((warning) => `warning: ${warning}`),
    ...problems.map((problem) => `wrong: ${problem}`),
    "",
  ].join("\n");
}
