import { escaped } from "./markup.ts";

/** A table of a report; cells are plain text. */
export interface ReportTable {
  heads: readonly string[];
  rows: readonly (readonly string[])[];
  /** What stands in its place where it has no rows. */
  empty: string;
}

export type ReportPart =
  | { kind: "heading"; text: string }
  | { kind: "text"; text: string }
  | { kind: "table"; table: ReportTable }
  /** An SVG as `pictureSvg` writes it. */
  | { kind: "picture"; svg: string; alt: string };

const STYLE = `
:root { color-scheme: light; }
body { max-width: 1100px; margin: 24px auto; padding: 0 16px; color: #12161b; background: #fff; font: 13px/1.45 'Inter Variable', Inter, 'Helvetica Neue', Arial, sans-serif; }
h1 { margin: 0 0 4px; font-size: 22px; }
h2 { margin: 24px 0 8px; font-size: 15px; break-after: avoid; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 8px; border-bottom: 1px solid #dce2e8; text-align: left; vertical-align: top; }
th { color: #434d59; font-weight: 600; }
tr { break-inside: avoid; }
figure { margin: 12px 0; break-inside: avoid; }
svg { width: 100%; height: auto; }
.small { color: #5a6572; }
@page { size: A4 landscape; margin: 12mm; }
@media print { body { max-width: none; margin: 0; padding: 0; } }
`;

/** One HTML file that holds everything it shows; it reaches for nothing and runs nothing. */
export function reportHtml(title: string, subtitle: string, parts: readonly ReportPart[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p class="small">${escaped(subtitle)}</p>
${parts.map(partHtml).join("\n")}
</body>
</html>
`;
}

function partHtml(part: ReportPart): string {
  switch (part.kind) {
    case "heading":
      return `<h2>${escaped(part.text)}</h2>`;
    case "text":
      return `<p>${escaped(part.text)}</p>`;
    case "table":
      return tableHtml(part.table);
    case "picture":
      return `<figure role="img" aria-label="${escaped(part.alt)}">${part.svg}</figure>`;
  }
}

function tableHtml({ heads, rows, empty }: ReportTable): string {
  if (rows.length === 0) return `<p class="small">${escaped(empty)}</p>`;
  const head = heads.map((text) => `<th scope="col">${escaped(text)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`);
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table>`;
}
