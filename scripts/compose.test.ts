import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Program, variables } from "@pnmlab/config";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "..");
const programs = ["backend", "agent", "simulator", "tftp-server"] as const satisfies Program[];
type ServiceName = (typeof programs)[number];

interface Service {
  image: string;
  build: { dockerfile: string; args: Record<string, string> };
  environment: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  network_mode?: string;
  read_only: boolean;
  cap_drop: string[];
  security_opt: string[];
  init: boolean;
  restart: string;
  mem_limit: string;
  logging: { options: Record<string, string> };
}
interface ComposeFile {
  services: Partial<Record<ServiceName, Service>>;
  volumes?: Record<string, unknown>;
}

const roles = ["lab", "site", "agent"] as const;
const files = Object.fromEntries(
  roles.map((role) => [
    role,
    parse(readFileSync(join(root, "docker", `compose.${role}.yaml`), "utf8"), { merge: true }) as ComposeFile,
  ]),
) as Record<(typeof roles)[number], ComposeFile>;

const services = roles.flatMap((role) =>
  Object.entries(files[role].services).map(([name, service]) => ({
    role,
    name: name as ServiceName,
    service,
  })),
);
const settings = Object.values(variables);
const named = new Map<string, (typeof settings)[number]>(settings.map((setting) => [setting.name, setting]));

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}` of a text. */
function references(text: string): { name: string; kind: string; rest: string }[] {
  return [...text.matchAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g)].map(([, name, kind = "", rest = ""]) => ({
    name: name!,
    kind,
    rest,
  }));
}

describe.each(services)("$name of compose.$role.yaml", ({ name, service }) => {
  it("gets the variables that its program reads, and those that their defaults count from", () => {
    const given = Object.keys(service.environment);
    const read = settings
      .filter(({ readers }) => (readers as readonly Program[]).includes(name))
      .map(({ name: of }) => of);
    const missing = read.filter((of) => !given.includes(of));
    // The embedded default of the simulator's port counts from the HTTP port.
    const others = given.filter((of) => !(read as string[]).includes(of));
    expect(missing).toEqual([]);
    expect(others).toEqual(name === "simulator" ? ["PNMLAB_HTTP_PORT"] : []);
  });

  it("takes a value from .env under its own name, and fixes only what says where a program stands", () => {
    for (const [variable, text] of Object.entries(service.environment)) {
      const used = references(text);
      const isPassedOn = used.length === 1 && used[0]!.name === variable && text.startsWith("${");
      const setting = named.get(variable)!;
      const mayBeFixed =
        "placement" in setting ||
        // Follow from how the lab is wired.
        ["PNMLAB_TFTP_ADVERTISED_PORT", "PNMLAB_AGENT_TARGETS"].includes(variable);
      expect(isPassedOn || mayBeFixed, `${variable}: ${text}`).toBe(true);
    }
  });

  it("runs without privileges, with bounds, and comes back by itself", () => {
    expect(service).toMatchObject({
      read_only: true,
      init: true,
      restart: "unless-stopped",
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      mem_limit: expect.stringMatching(/^\d+[mg]$/),
      logging: { options: { "max-size": expect.any(String), "max-file": expect.any(String) } },
    });
  });

  it("is an image of this product, built from the Dockerfile of its program with the commit", () => {
    expect(service.image).toBe(`pnmlab/${name}:\${PNMLAB_IMAGE_TAG:-dev}`);
    expect(service.build.dockerfile).toBe(`docker/${name}.Dockerfile`);
    expect(Object.keys(service.build.args)).toEqual([
      "PNMLAB_BUILD_COMMIT",
      "PNMLAB_BUILD_DIRTY",
      "PNMLAB_BUILD_TIME",
    ]);
  });

  it("keeps data in volumes where the program looks for it", () => {
    const { environment, volumes = [] } = service;
    const targets = volumes.map((volume) => volume.split(":")[1]);
    if (name === "backend") expect(targets).toContain(environment.PNMLAB_DATA_DIR);
    if ("PNMLAB_TFTP_DIR" in environment)
      expect(volumes).toContain(`pnmlab-tftp:${environment.PNMLAB_TFTP_DIR}`);
  });
});

it("every default in a compose file is the one of the declaration", () => {
  for (const role of roles) {
    const text = readFileSync(join(root, "docker", `compose.${role}.yaml`), "utf8");
    for (const { name, kind, rest } of references(text)) {
      const setting = named.get(name);
      if (!setting || kind !== "-" || rest === "") continue;
      expect(`${name}=${rest}`).toBe(`${name}=${String(setting.default)}`);
    }
  }
});

it("nothing is published beyond the address of .env, which is the loopback address unless given", () => {
  const published = services.flatMap(({ service }) => service.ports ?? []);
  expect(published).toEqual([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Compose fills it in.
    "${PNMLAB_HTTP_HOST:-127.0.0.1}:${PNMLAB_HTTP_PORT:-5050}:${PNMLAB_HTTP_PORT:-5050}",
  ]);
});

it("backend and TFTP server share one volume of captures", () => {
  for (const role of ["lab", "site"] as const) {
    const shared = programs.filter((name) =>
      files[role].services[name]?.volumes?.some((volume) => volume.startsWith("pnmlab-tftp:")),
    );
    expect(shared).toEqual(["backend", "tftp-server"]);
  }
});

describe("Dockerfiles", () => {
  const texts = programs.map((name) => readFileSync(join(root, "docker", `${name}.Dockerfile`), "utf8"));

  it("begin with the same lines, so that their layers are built once", () => {
    const shared = texts.map((text) =>
      text.slice(text.indexOf("FROM "), text.indexOf("FROM sources AS app")),
    );
    expect(new Set(shared).size).toBe(1);
  });

  it("end as a user without privileges, with a check and the labels of the build", () => {
    for (const text of texts) {
      expect(text).toContain("USER node");
      expect(text).toMatch(
        /HEALTHCHECK .*CMD \["node", "node_modules\/@pnmlab\/config\/dist\/ask-check\.js"\]/,
      );
      expect(text).toContain("org.opencontainers.image.revision=$PNMLAB_BUILD_COMMIT");
      expect(text).toContain("org.opencontainers.image.created=$PNMLAB_BUILD_TIME");
      expect(text).toContain("io.pnmlab.dirty=$PNMLAB_BUILD_DIRTY");
    }
  });
});

const compose = [["docker", "compose"], ["docker-compose"]].find(
  ([command, ...args]) => spawnSync(command!, [...args, "version"]).status === 0,
);
if (!compose) process.stdout.write("Compose is not installed: the compose files are not resolved by it.\n");

it.skipIf(!compose).each(roles)("Compose accepts compose.%s.yaml with one .env for all", (role) => {
  const [command, ...args] = compose!;
  const resolve = (env: Record<string, string>) =>
    spawnSync(command!, [...args, "-f", join(root, "docker", `compose.${role}.yaml`), "config"], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    });
  const given = {
    PNMLAB_AGENT_TOKEN: "t".repeat(43),
    PNMLAB_TFTP_HOST: "192.0.2.7",
    PNMLAB_CMTS: "hq=192.0.2.9:161/hq",
  };
  const whole = resolve(given);
  expect(whole.stderr).toBe("");
  expect(whole.status).toBe(0);
  expect(
    parse(whole.stdout).services.agent?.environment?.PNMLAB_AGENT_TOKEN ?? given.PNMLAB_AGENT_TOKEN,
  ).toBe(given.PNMLAB_AGENT_TOKEN);
  if (role === "site") {
    const refused = resolve({ PNMLAB_CMTS: given.PNMLAB_CMTS });
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain("give PNMLAB_TFTP_HOST in .env");
  }
});
