import type { MibObject } from "@pnmlab/docsis-mib";
import { docsisBaseCapability, system } from "@pnmlab/docsis-mib";
import type { Oid } from "../snmp/oid.ts";
import { scalars } from "../snmp/table.ts";
import { type WritableColumn, WritableTable } from "../snmp/writable-table.ts";

/** What sysDescr of every simulated device begins with; a user interface marks simulated devices by it. */
export const SIMULATOR_MARK = "PNM Lab CMTS simulator";

const DOCSIS_31 = 5;
/** internet and end-to-end layers (SNMPv2-MIB, sysServices). */
const SYS_SERVICES = 72;
const MAX_TEXT_OCTETS = 255;

interface SystemTexts {
  contact: string;
  name: string;
  location: string;
}

/** The system group and docsIf31DocsisBaseCapability. */
export function systemTables(options: {
  name: string;
  sysDescrMarker: string;
  sysObjectId: Oid;
  /** Which simulator runs, at the end of sysDescr. */
  buildText?: string | undefined;
  /** Hundredths of a second since boot. */
  upTime: () => number;
}) {
  const { buildText, sysDescrMarker, sysObjectId, upTime } = options;
  const sysDescr = [SIMULATOR_MARK, sysDescrMarker, buildText].filter(Boolean).join(", ");
  const texts: SystemTexts = { contact: "", name: options.name, location: "" };
  const text = (object: MibObject, key: keyof SystemTexts): WritableColumn<SystemTexts> => ({
    object,
    read: (row) => row[key],
    write: {
      refuses: (value) => ((value as Uint8Array).length > MAX_TEXT_OCTETS ? "wrongLength" : undefined),
      assign(row, value) {
        row[key] = Buffer.from(value as Uint8Array).toString("utf8");
      },
    },
  });
  return [
    scalars({}, [
      { object: system.sysDescr, read: () => sysDescr },
      { object: system.sysObjectId, read: () => sysObjectId },
      { object: system.sysUpTime, read: upTime },
      { object: system.sysServices, read: () => SYS_SERVICES },
      { object: docsisBaseCapability, read: () => DOCSIS_31 },
    ]),
    new WritableTable<SystemTexts>(
      [
        text(system.sysContact, "contact"),
        text(system.sysName, "name"),
        text(system.sysLocation, "location"),
      ],
      { copy: (row) => ({ ...row }) },
      [{ index: [0], row: texts }],
    ),
  ];
}
