import { type Variable, variables } from "./variables.ts";

/** `docs/configuration.md`: one table row per variable. */
export function configurationMarkdown(): string {
  const rows = (Object.values(variables) as Variable[]).map((variable) => {
    const fallback = typeof variable.default === "function" ? variable.defaultText! : defaultText(variable);
    return `| \`${variable.name}\` | ${variable.meaning} | ${variable.form} | ${fallback} | ${variable.readers.join(", ")} | ${variable.breaks} |`;
  });
  return `# Configuration

One file, \`.env\` at the root, made by the first \`npm start\`. Every program reads the same names. Order: command line (\`--http-port=5050\`), environment, file, default. Each program logs its effective values at start, with the layer that gave them; secrets are not shown. A name that nobody reads is warned about.

This page is generated from the declarations in \`packages/config/src/variables.ts\` by \`pnpm run docs\`.

| Variable | Meaning | Accepted form | Default | Read by | Without it, or with a wrong one |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}
`;
}

/** \`.env.example\`: every variable with its meaning, commented out unless it is a secret to be made. */
export function envExample(): string {
  const blocks = (Object.values(variables) as Variable[]).map((variable) => {
    const fallback = typeof variable.default === "function" ? "" : variable.default;
    const comment = `# ${variable.meaning} (${variable.form})`;
    if (variable.secret && variable.default === "" && variable.defaultText?.includes("setup")) {
      return `${comment}\n${variable.name}=`;
    }
    return `${comment}\n#${variable.name}=${fallback}`;
  });
  return `# PNM Lab settings. Lines that begin with # show defaults. docs/configuration.md explains each.\n\n${blocks.join("\n\n")}\n`;
}

function defaultText(variable: Variable): string {
  if (variable.defaultText) return variable.defaultText;
  return variable.default === "" ? "none" : `\`${variable.default as string}\``;
}
