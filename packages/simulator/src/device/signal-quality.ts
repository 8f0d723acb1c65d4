import { columnsOf } from "@pnmlab/docsis-mib";
import type { Personality } from "../personality/personality.ts";
import { SnmpTable } from "../snmp/table.ts";
import { countAt } from "./codewords.ts";
import { type ModemPort, receptionOf } from "./reception.ts";

const entry = columnsOf("1.3.6.1.2.1.10.127.1.1.4.1");

/** docsIfSignalQualityTable (RFC 4546): at a CMTS one row per physical upstream channel, over its modems. */
export function signalQualityTable(
  personality: Personality,
  ports: readonly ModemPort[],
  upTimeS: () => number,
) {
  const rows = ports.flatMap((port) =>
    port.channels.flatMap(({ plan }, c) =>
      plan.kind === "scQam"
        ? [
            {
              index: [personality.interfaces.physicalIfIndex(port.number, c + 1)],
              row: receptionOf(plan, port),
            },
          ]
        : [],
    ),
  );
  return new SnmpTable<ReturnType<typeof receptionOf>>(
    [
      {
        object: entry(5, "docsIfSigQSignalNoise", "Integer", "read-only"),
        read: ({ merDb }) => Math.round(10 * merDb),
      },
      {
        object: entry(8, "docsIfSigQExtUnerroreds", "Counter64", "read-only"),
        read: ({ codewords }) => countAt(codewords.good, upTimeS()),
      },
      {
        object: entry(9, "docsIfSigQExtCorrecteds", "Counter64", "read-only"),
        read: ({ codewords }) => countAt(codewords.corrected, upTimeS()),
      },
      {
        object: entry(10, "docsIfSigQExtUncorrectables", "Counter64", "read-only"),
        read: ({ codewords }) => countAt(codewords.uncorrectable, upTimeS()),
      },
    ],
    rows,
  );
}
