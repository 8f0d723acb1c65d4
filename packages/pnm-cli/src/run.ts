import { createHash } from "node:crypto";
import { decodePnm, type PnmRecord, summarize } from "@pnmlab/pnm-codec";
import { csvOf } from "./decode/csv.ts";
import { documentOf } from "./decode/document.ts";
import { formatJson } from "./decode/format-json.ts";
import { type Capture, readCaptures } from "./input.ts";
import { type Options, readOptions } from "./options.ts";
import { OutputFiles } from "./output-files.ts";
import { figureOf } from "./plot/figure-of.ts";
import { pngOf } from "./plot/png.ts";
import { svgOf } from "./plot/svg.ts";
import { type Problem, printable, problemLine, problemOf } from "./problem.ts";
import { type CommandName, helpText, isCommandName, UsageError } from "./usage.ts";

export interface Io {
  stdin: AsyncIterable<Uint8Array>;
  /** Folder that relative paths start from. */
  folder: string;
  out(text: string): Promise<void>;
  err(text: string): Promise<void>;
}

/** What a capture becomes: text for standard output or a file, or an image. */
type Render = (capture: Capture, record: PnmRecord, count: number) => string | Uint8Array;

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Runs one command line; gives the exit code. */
export async function run(args: readonly string[], io: Io): Promise<0 | 1 | 2> {
  const [command = "", ...rest] = args;
  if (command === "--help" || command === "-h" || command === "help") {
    await io.out(helpText(rest[0] !== undefined && isCommandName(rest[0]) ? rest[0] : undefined));
    return 0;
  }
  try {
    if (!isCommandName(command)) {
      throw new UsageError(
        command === "" ? "no command is given" : `there is no command "${printable(command)}"`,
      );
    }
    const options = readOptions(command, rest);
    if (options.help) {
      await io.out(helpText(command));
      return 0;
    }
    return (await runCommand(command, options, io)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const help = isCommandName(command) ? `pnm ${command} --help` : "pnm --help";
    await io.err(`pnm: ${printable(error.message)}; "${help}" tells more\n`);
    return 2;
  }
}

/** Every capture in turn; false where one of them could not be read or written. */
async function runCommand(command: CommandName, options: Options, io: Io): Promise<boolean> {
  const render = rendererOf(command, options);
  const files = await OutputFiles.open(options, io.folder, extensionOf(command, options));
  let isWell = true;
  let count = 0;
  const complain = async (path: string, problem: Problem) => {
    isWell = false;
    await io.err(problemLine(path, problem));
  };
  for await (const input of readCaptures({ ...options, folder: io.folder, stdin: io.stdin })) {
    if (!input.ok) {
      await complain(input.path, input.problem);
      continue;
    }
    const { capture } = input;
    try {
      const record = decodePnm(capture.bytes, { ...options.hints, fileName: capture.fileName });
      record.anomalies.push(...capture.anomalies);
      const rendered = render(capture, record, count++);
      if (files === undefined) await io.out(String(rendered));
      else await files.write(capture.name, rendered);
    } catch (error) {
      await complain(capture.path, problemOf(error));
    }
  }
  return isWell;
}

function extensionOf(command: CommandName, options: Options): string {
  if (command === "plot") return `.${options.image}`;
  return options.csv ? ".csv" : ".json";
}

function rendererOf(command: CommandName, options: Options): Render {
  switch (command) {
    case "summarize":
      return (capture, record) =>
        `${JSON.stringify(summarize(record, capture.bytes, sha256, capture.name))}\n`;
    case "plot":
      return (capture, record) => {
        const svg = svgOf(figureOf(record, { frame: options.frame, fileName: capture.name }));
        return isPng(options) ? pngOf(svg, options.widthPixels) : svg;
      };
    case "decode":
      return options.csv
        ? (capture, record, count) => csvWithTitle(capture, record, count, options)
        : (capture, record) => formatJson(documentOf(capture, record, options, sha256), options.pretty);
  }
}

function isPng({ output, image }: Options): boolean {
  return /\.png$/i.test(output ?? "") || (image === "png" && !/\.svg$/i.test(output ?? ""));
}

/** On standard output tables need something between them; the first alone stands as it is. */
function csvWithTitle(capture: Capture, record: PnmRecord, count: number, options: Options): string {
  const table = csvOf(record, options.raw);
  if (options.output !== undefined) return table;
  const several = options.recursive || options.files.length > 1;
  const inArchive = capture.path.includes("!");
  return several || inArchive || count > 0
    ? `${count > 0 ? "\n" : ""}# ${printable(capture.path)}\n${table}`
    : table;
}
