import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import * as codec from "./index.ts";

const SRC = import.meta.dirname;
const SOURCES = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((path) => !path.includes("test-support"))
  .map((path) => ({ path: relative(SRC, path), text: readFileSync(path, "utf8") }));

/** What a module imports or re-exports from, dynamic imports included. */
function specifiers(text: string): string[] {
  return Array.from(
    text.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*|\brequire\s*\(\s*)["']([^"']+)["']/g),
    ([, name]) => name!,
  );
}

describe("the package", () => {
  it("has no runtime dependency", () => {
    const manifest = JSON.parse(readFileSync(join(SRC, "../package.json"), "utf8")) as Record<string, object>;
    for (const kind of ["dependencies", "peerDependencies", "optionalDependencies"]) {
      expect(Object.keys(manifest[kind] ?? {}), kind).toEqual([]);
    }
  });

  it("imports its own files only: no node module, no other package", () => {
    const foreign = SOURCES.flatMap(({ path, text }) =>
      specifiers(text)
        .filter((name) => !name.startsWith("./") && !name.startsWith("../"))
        .map((name) => `${path}: ${name}`),
    );
    expect(SOURCES.length).toBeGreaterThan(40);
    expect(foreign).toEqual([]);
  });

  it("uses nothing that only Node or only a browser has", () => {
    const globals =
      /\b(Buffer|process|require|__dirname|window|document|globalThis\.process|setImmediate)\b[.([]/;
    const found = SOURCES.flatMap(({ path, text }) => {
      const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|`[^`]*`|"[^"\n]*"/g, "");
      const match = globals.exec(code);
      return match === null ? [] : [`${path}: ${match[0]}`];
    });
    expect(found).toEqual([]);
  });
});

const functions = Object.entries(codec).filter(
  ([, value]) => typeof value === "function" && !/^class /.test(Function.prototype.toString.call(value)),
);

describe("the public functions", () => {
  it.each(functions.map(([name]) => name))("%s says what it takes, gives and throws", (name) => {
    const declaration = new RegExp(`(\\*/\\n)?export (?:async )?function ${name}\\b`);
    const matches = SOURCES.flatMap(({ text }) => declaration.exec(text) ?? []);
    expect(matches[0], `no declaration of ${name}`).toBeDefined();
    expect(matches[0]!.startsWith("*/"), `${name} has no docstring`).toBe(true);
  });
});
