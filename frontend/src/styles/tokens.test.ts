import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { contrastRatio, parseHexColour } from "../model/contrast.ts";

const sourceDir = new URL("..", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, sourceDir), "utf8");
const tokensCss = read("styles/tokens.css");

function tokensOf(theme: "dark" | "light"): Map<string, string> {
  const block = new RegExp(`:root\\[data-theme="${theme}"\\] \\{([^}]*)\\}`).exec(tokensCss);
  return new Map([...block![1]!.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((m) => [m[1]!, m[2]!]));
}

function ratio(tokens: Map<string, string>, foreground: string, background: string): number {
  return contrastRatio(parseHexColour(tokens.get(foreground)!)!, parseHexColour(tokens.get(background)!)!);
}

function lowest(tokens: Map<string, string>, foreground: string): number {
  return Math.min(...[0, 1, 2, 3, 4].map((level) => ratio(tokens, foreground, `bg-${level}`)));
}

const roles = ["text-1", "text-2", "text-3", "accent", "ok", "warn", "fail", "unknown"];
const expected = {
  dark: {
    lowest: [11.98, 6.71, 4.53, 6.55, 6.51, 7.48, 5.55, 6.04],
    onAccent: 5.24,
    inputEdge: [4.21, 3.96, 3.64],
    traces: [13.3, 12.5, 7.4, 6.1, 7.9, 17.3, 5.7, 4.5],
  },
  light: {
    lowest: [14.3, 6.76, 4.67, 4.81, 4.53, 4.76, 4.61, 4.92],
    onAccent: 5.82,
    inputEdge: [3.49, 3.74, 3.92],
    traces: [3.4, 3.1, 4.5, 8.8, 5.2, 17.3, 6.5, 14.6],
  },
};
const traceRoles = ["live", "average", "max", "min", "band", "reference", "difference", "user"];

test.each(["dark", "light"] as const)(
  "the contrast table of the %s theme is what the tokens give",
  (theme) => {
    const tokens = tokensOf(theme);
    expect(roles.map((role) => Number(lowest(tokens, role).toFixed(2)))).toEqual(expected[theme].lowest);
    expect(ratio(tokens, "on-accent", "accent-solid")).toBeCloseTo(expected[theme].onAccent, 1);
    expect([1, 2, 3].map((level) => Number(ratio(tokens, "line-3", `bg-${level}`).toFixed(2)))).toEqual(
      expected[theme].inputEdge,
    );
    expect(traceRoles.map((role) => Number(ratio(tokens, `trace-${role}`, "bg-0").toFixed(1)))).toEqual(
      expected[theme].traces,
    );
  },
);

test.each(["dark", "light"] as const)(
  "all text of the %s theme reaches 4.5:1 and control edges 3:1",
  (theme) => {
    const tokens = tokensOf(theme);
    for (const role of roles) expect(lowest(tokens, role)).toBeGreaterThanOrEqual(4.5);
    for (const level of [1, 2, 3]) expect(ratio(tokens, "line-3", `bg-${level}`)).toBeGreaterThanOrEqual(3);
  },
);

test("no component and no other style sheet writes its own colour, font size or font family", () => {
  const offences: string[] = [];
  const paths = globSync(["**/*.vue", "styles/*.css"], {
    cwd: sourceDir,
    exclude: ["styles/tokens.css", "styles/fonts.css"],
  });
  expect(paths).not.toEqual([]);
  for (const path of paths) {
    const source = read(path);
    const style = path.endsWith(".vue")
      ? (/<style[^>]*>([\s\S]*?)<\/style>/.exec(source)?.[1] ?? "")
      : source;
    const found = style.match(
      /#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(|oklch\(|font-size\s*:|font-family\s*:|font:\s*\d/gi,
    );
    if (found) offences.push(`${path}: ${found.join(", ")}`);
  }
  expect(offences).toEqual([]);
});
