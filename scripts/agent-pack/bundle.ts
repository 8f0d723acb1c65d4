import { join } from "node:path";
import { type BuildInfo, defaultRootDir } from "@pnmlab/config";
import { type Plugin, build as viteBuild } from "vite";

/** The oldest Node that the package runs on. */
const TARGET = "node20";

/**
 * Bundles the agent with everything it needs into one file of JavaScript.
 *
 * @throws Error where a module that the bundle adapts no longer looks as it expects.
 */
export async function bundleAgent(outDir: string, build: BuildInfo): Promise<string> {
  const fileName = "agent.mjs";
  await viteBuild({
    root: join(defaultRootDir, "agent"),
    configFile: false,
    logLevel: "error",
    plugins: [oneFolder(), optionalBuiltins()],
    ssr: {
      noExternal: true,
      resolve: { conditions: ["@pnmlab/source", "node", "import", "default"] },
    },
    build: {
      ssr: "src/main.ts",
      outDir,
      emptyOutDir: false,
      target: TARGET,
      minify: false,
      rolldownOptions: {
        // Native parts that ws uses where they are there.
        external: ["bufferutil", "utf-8-validate"],
        output: { codeSplitting: false, entryFileNames: fileName, format: "es", banner: bannerOf(build) },
      },
    },
  });
  return join(outDir, fileName);
}

/** What the code expects of its surroundings: its build, and what Node 20 does not have yet. */
function bannerOf({ commit, dirty, builtAt }: BuildInfo): string {
  const env = {
    PNMLAB_BUILD_COMMIT: commit,
    PNMLAB_BUILD_DIRTY: String(dirty),
    PNMLAB_BUILD_TIME: builtAt,
  };
  return `#!/usr/bin/env node
for (const [name, value] of Object.entries(${JSON.stringify(env)})) process.env[name] ??= value;
Symbol.dispose ??= Symbol("Symbol.dispose");
Symbol.asyncDispose ??= Symbol("Symbol.asyncDispose");
Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new this((a, b) => { resolve = a; reject = b; });
  return { promise, resolve, reject };
};`;
}

/** The root of a package is the folder of its one file, not that of a checkout two folders above. */
function oneFolder(): Plugin {
  const checkout = 'join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..")';
  return {
    name: "one-folder",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith("/packages/config/src/load.ts")) return undefined;
      if (!code.includes(checkout)) throw new Error(`${id} does not find its root by ${checkout} any more`);
      return code.replace(checkout, "dirname(fileURLToPath(import.meta.url))");
    },
  };
}

/** Built-in modules as the agent takes them, with what stands in for exports that Node 20 lacks. */
const BUILTINS: Readonly<Record<string, string>> = {
  // Without it the agent does not poll, and asks for it before it would.
  "node:sqlite": "export const { DatabaseSync } = process.getBuiltinModule('node:sqlite') ?? {};",
  "node:tls": `const tls = process.getBuiltinModule("node:tls");
export const { connect } = tls;
export const getCACertificates = tls.getCACertificates ?? (() => tls.rootCertificates);`,
};

/** An import of an export that this Node does not have would end the program before it begins. */
function optionalBuiltins(): Plugin {
  return {
    name: "optional-builtins",
    enforce: "pre",
    resolveId(id) {
      return id in BUILTINS ? `\0optional:${id}` : undefined;
    },
    load(id) {
      return id.startsWith("\0optional:") ? BUILTINS[id.slice("\0optional:".length)] : undefined;
    },
  };
}
