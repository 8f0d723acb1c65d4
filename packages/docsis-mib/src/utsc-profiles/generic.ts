import { MIB_DESTINATION, MIB_ROW, MIB_RULES, MIB_SAMPLES, WRITE_ORDER } from "./common.ts";
import type { UtscProfile } from "./profile.ts";
import { mib, product } from "./sources.ts";

/** A CCAP about which nothing is known but what DOCS-PNM-MIB says; its capability row tells the rest. */
export const generic: UtscProfile = {
  id: "generic",
  name: "Generic CCAP",
  rules: MIB_RULES,
  adjustments: [],
  closed: {},
  defaults: { triggerMode: "freeRunning", maxResultsPerFile: 1 },
  // The longest that every CMTS but Casa lets run; longer captures are made of runs.
  freeRunDurationMs: 60_000,
  writeOrder: WRITE_ORDER,
  row: MIB_ROW,
  destination: MIB_DESTINATION,
  samples: MIB_SAMPLES,
  fileNaming: "configured",
  quirks: [
    {
      id: "row.createAndGo",
      text: "A row is made with createAndWait, and with createAndGo where that is refused.",
      source: mib("docsPnmCmtsUtscCfgStatus; RFC 2579 RowStatus leaves createAndWait to the agent"),
    },
    {
      id: "file.onePerCapture",
      text: "MaxResultsPerFile is 1, so that each capture arrives as soon as it is made.",
      source: product("a file with several captures is shown only when the last of them is in it"),
    },
  ],
};
