/** A command line that cannot be followed; the program ends with 2. */
export class UsageError extends Error {
  readonly code = "USAGE";
}

export type CommandName = "decode" | "summarize" | "plot";

const GENERAL = `pnm reads PNM capture files of DOCSIS cable modems and CMTSs.

Usage: pnm COMMAND [OPTIONS] FILE...

  decode     every field and value as JSON or CSV
  summarize  statistics and hashes, one JSON object per line
  plot       the picture an engineer expects, as SVG or PNG

FILE is a capture, gzip data or a zip archive of captures, or - for standard input.
"pnm COMMAND --help" tells the options. Exit code: 0 all files were read, 1 some were not (the reason is on
standard error), 2 the command line is wrong.
`;

const INPUT = `Files:
  -r, --recursive        read the files in directories too
      --name NAME        name of standard input, and of a file whose own name says nothing

Reading of UTSC files (upstream triggered spectrum capture); each overrides what the file seems to say:
      --layout NAME      e6000-328, common-header, vendor-header, headerless or manual
      --header-length N  samples begin at this offset (layout manual)
      --format NAME      timeIQ, fftPower, rawAdc, fftIQ, fftAmplitude or fftDb
      --sample-width N   bytes per value, 2 or 4
      --bins N           bins, or time samples, in one result set
      --endianness NAME  big or little
      --center-hz HZ     centre frequency
      --span-hz HZ       span
      --scale DB         dB per count of fftDb, 0.01 unless given
      --k HUNDREDTHS     calibration constant K in hundredths of a dB
      --profile NAME     a reading other tools use: be-hundredths, be-tenths or le-hundredths
      --relative         levels of an SNMP spectrum value are relative (a CMTS's), not dBmV
      --tolerant         read what is there of a file that is too long or whose last profile is cut off
`;

const COMMANDS: Readonly<Record<CommandName, string>> = {
  decode: `pnm decode prints the header, how the file was read and why, what is odd about it, and all values.

Usage: pnm decode [OPTIONS] FILE...

JSON is one document per file, each on one line, so that jq reads any number of them (jq -s makes an array).
A value that was not measured is null. Complex values are pairs.

      --csv              a table with named columns instead; several tables are separated by a line "# FILE"
      --pretty           indented JSON
      --no-raw           leave out the integers as stored
      --no-data          leave out all values: header and reading only
  -o, --output PATH      a file for one capture, a directory for several

${INPUT}`,
  summarize: `pnm summarize prints one JSON object per file and line: header, statistics and SHA-256 of the values.

Usage: pnm summarize [OPTIONS] FILE...

${INPUT}`,
  plot: `pnm plot draws a capture with axes in its units.

Usage: pnm plot [OPTIONS] -o PATH FILE...

  -o, --output PATH      NAME.svg or NAME.png for one capture, a directory for several
      --image TYPE       svg or png, for a directory; svg unless given
      --width PIXELS     width of a PNG, 1200 unless given
      --frame N          which result set of a UTSC file, counted from 1

${INPUT}`,
};

export function isCommandName(name: string): name is CommandName {
  return name in COMMANDS;
}

/** The help text of a command, or of the program. */
export function helpText(command?: CommandName): string {
  return command === undefined ? GENERAL : COMMANDS[command];
}
