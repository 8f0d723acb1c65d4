import { UTSC_PROFILES } from "./detect.ts";
import { type UtscField, utscFields } from "./field.ts";
import type { UtscCondition, UtscProfile, UtscSource } from "./profile.ts";

const INTRODUCTION = `# Vendor profiles of UTSC

What the vendors' CMTSs allow and how they differ from DOCS-PNM-MIB, with the source of each statement. A value
outside of the profile is refused before anything is sent; the port's own capability row is asked first.

A profile is told from sysDescr, from sysObjectID, and by probes where one vendor has several; it can be chosen
by hand (\`PUT /api/cmts/{id}/profile\`). "Observed in one lab" is not a vendor's word, and an assumption is none
at all: where your CMTS does otherwise, choose \`generic\`.

DOCS-PNM-MIB states neither the byte order of samples nor what the constant K refers to. Until a CMTS is known to do
otherwise, every profile takes big-endian samples, bins of the CMTS's own FFT in which a tone reads its level, and no
further offset for samples of time; \`PNMLAB_UTSC_SAMPLES\` sets it for one CMTS.

This page is made from the profiles themselves by \`npm run docs\`.
`;

/** The vendor profiles as a page for users. */
export function utscProfilesMarkdown(): string {
  return `${[INTRODUCTION, ...UTSC_PROFILES.map(profileText)].join("\n")}`;
}

function profileText(profile: UtscProfile): string {
  const { id, name, rules, adjustments, closed, quirks } = profile;
  const ofVendor = rules.filter(({ source }) => source.kind === "profile" || id === "generic");
  const rows = [
    ...ofVendor.map((rule) => row(columnName(rule.field), when(rule.when) + rule.text, rule.source)),
    ...Object.entries(closed).map(([field, column]) =>
      row(columnName(field as UtscField), column.reason, column.source),
    ),
    ...adjustments.map((one) => row(columnName(one.field), when(one.when) + one.text, one.source)),
    ...quirks.map((quirk) => row("", quirk.text, quirk.source)),
  ];
  return `## ${name} (\`${id}\`)\n\n| column | rule | source |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
}

function row(column: string, text: string, { citation }: UtscSource): string {
  return `| ${[column, text, citation].map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function columnName(field: UtscField): string {
  return utscFields[field].object.name.replace("docsPnmCmtsUtscCfg", "");
}

function when(condition: UtscCondition | undefined): string {
  if (condition === undefined) return "";
  const { triggerModes = [], outputFormats = [], channelKinds = [] } = condition;
  return `${[triggerModes, outputFormats, channelKinds]
    .filter((names) => names.length > 0)
    .map((names) => names.join("/"))
    .join(", ")}: `;
}
