import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** The checkout under test. Vitest loads what prepares a run before it knows the conditions for packages of it. */
export const checkoutDir = join(import.meta.dirname, "..", "..");

/** Brings a Docker engine up on a machine that has none; where it is not there, only a given engine is used. */
const ENGINE_SCRIPT = join(checkoutDir, "..", "shared", "tools", "docker-engine.sh");

/** A Docker engine for the tests, by the environment that reaches it. */
export interface Engine {
  env: Record<string, string>;
  /** Stops and starts the engine; undefined where it is not the tests' own. */
  script: string | undefined;
}

/** The environment of the programs under test: that of this process without any setting of PNM Lab. */
function plainEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || /^(PNMLAB_|COMPOSE_|VITEST|NODE_OPTIONS$|NODE_ENV$|TEST$)/.test(name)
        ? []
        : [[name, value]],
    ),
  );
}

/** @returns the engine, or why there is none. */
export function findEngine(): Engine | { reason: string } {
  const env = plainEnvironment();
  if (answers(env)) return { env, script: undefined };
  if (!existsSync(ENGINE_SCRIPT)) {
    return { reason: "no Docker engine answers (docker info); start one, or set DOCKER_HOST" };
  }
  const owned = !scriptAnswers(env);
  try {
    const exports = execFileSync(ENGINE_SCRIPT, ["up"], { encoding: "utf8", env, stdio: "pipe" });
    for (const [, name, value] of exports.matchAll(/(\w+)=(\S+)/g)) {
      env[name!] = value!.replaceAll("$PATH", env.PATH ?? "");
    }
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    return { reason: `no Docker engine can be started: ${(stderr ?? "").trim().split("\n").at(-1)}` };
  }
  return { env, script: owned ? ENGINE_SCRIPT : undefined };
}

function answers(env: Record<string, string>): boolean {
  try {
    execFileSync("docker", ["info"], { env, stdio: "ignore", timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}

function scriptAnswers(env: Record<string, string>): boolean {
  try {
    execFileSync(ENGINE_SCRIPT, ["status"], { env, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
