import { flagOf, type Variable, variables } from "@pnmlab/config";

const WIDTH = 100;

/** What `--help` prints: the commands, the order of the sources, and every setting of the agent. */
export function helpText(): string {
  const settings = (Object.values(variables) as Variable[]).filter(({ readers }) =>
    readers.includes("agent"),
  );
  return `The PNM Lab agent: dials the backend, and asks CMTSs and cable modems over SNMP for it.

  agent [run]               runs until SIGTERM
  agent config [--json]     every setting with its value and where it came from
  agent check [--json]      configuration, backend, sign-in, version, and each CMTS read-only;
                            the exit code is the number of failures
  agent diagnose ADDRESS[:PORT] [--profile NAME] [--write-test] [--json]
                            one device, step by step: ping, UDP, community or user, MIBs, clock;
                            --write-test also writes one value back as it is, to prove the permission
  agent --version, --help

Each setting is a flag, an environment variable or a line of the settings file. Which one counts:
flag > environment > file > default. A flag shows its value to every user of the machine (ps): give
secrets by file or environment.

Settings (flag, environment variable, default):

${settings.map(settingText).join("\n")}`;
}

function settingText(variable: Variable): string {
  const { name, meaning, form, defaultText } = variable;
  const fallback = defaultText ?? (variable.default === "" ? "none" : String(variable.default));
  return `  ${flagOf(name)}=...\n      ${name}; default: ${fallback.replaceAll("`", "")}\n${wrap(`${meaning.replaceAll("`", "")} Form: ${form.replaceAll("`", "")}.`, "      ")}\n`;
}

function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ")) {
    if (line.length + word.length + 1 > WIDTH && line !== indent) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line].join("\n");
}
