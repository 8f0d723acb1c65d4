// The header every CMTS capture begins with (DOCS-PNM-MIB; the last two fields from version 2 files):
//
//   offset (PNN)  size  field
//   6             4     capture time
//   10            4     ifIndex: RF port for 67, 68, 6A, channel for 65, 66, 69
//   14            256   unique CCAP id, NUL-padded text
//   270           6     RPD id (MAC), major version 2 and later only
//   276           1     RPD port, major version 2 and later only
//
// 268 bytes unversioned, 270 in version 1, 277 from version 2.

import { type Field, mac, text, u8, u32 } from "./binary/fields.ts";
import type { PnmHeader } from "./record.ts";
import type { Layout } from "./sized-file.ts";

export interface CmtsHeader extends PnmHeader {
  ifIndex: number;
  ccapId: string;
  /** Version 2 and later. */
  rpdId: string | undefined;
  /** Version 2 and later. */
  rpdPort: number | undefined;
}

type CommonKey = "captureTimeS" | "ifIndex" | "ccapId" | "rpdId" | "rpdPort";

const VERSION_1: readonly Field<CommonKey>[] = [
  u32("captureTimeS", "Capture time", "s"),
  u32("ifIndex", "ifIndex"),
  text("ccapId", "CCAP id", 256),
];

const VERSION_2: readonly Field<CommonKey>[] = [
  ...VERSION_1,
  mac("rpdId", "RPD id"),
  u8("rpdPort", "RPD port"),
];

/** Fields between the version and the type's own fields. */
export function cmtsFields(header: Pick<PnmHeader, "majorVersion">): readonly Field<CommonKey>[] {
  return (header.majorVersion ?? 0) >= 2 ? VERSION_2 : VERSION_1;
}

/** Layouts of a CMTS type, the likelier one first. */
export interface CmtsLayouts<Header, Name extends string> {
  /** Major version 1 and unversioned. */
  before2: readonly Layout<Header, Name>[];
  from2: readonly Layout<Header, Name>[];
}

/**
 * A type's own fields behind either form of the common header, the one the file's version calls for first:
 * whichever makes the lengths fit is right, because readers of the field have met both under either version.
 */
export function cmtsLayouts<Header extends CmtsHeader, Name extends string>(
  suffix: string,
  ownFields: readonly Field<keyof Header & string>[],
  absent: Partial<Header> = {},
): CmtsLayouts<Header, Name> {
  const short = {
    name: `version-1${suffix}` as Name,
    absent: { ...absent, rpdId: undefined, rpdPort: undefined },
    fields: [...VERSION_1, ...ownFields],
  };
  const long = { name: `version-2${suffix}` as Name, absent, fields: [...VERSION_2, ...ownFields] };
  return { before2: [short, long], from2: [long, short] };
}

/** The layouts in the order this file's version suggests. */
export function orderedFor<Header, Name extends string>(
  header: Pick<PnmHeader, "majorVersion">,
  layouts: CmtsLayouts<Header, Name>,
): readonly Layout<Header, Name>[] {
  return (header.majorVersion ?? 0) >= 2 ? layouts.from2 : layouts.before2;
}

/** The fields of the layout with this name. */
export function fieldsNamed<Header, Name extends string>(
  layouts: CmtsLayouts<Header, Name>,
  name: Name,
): Layout<Header, Name>["fields"] {
  return layouts.before2.find((layout) => layout.name === name)!.fields;
}

export function summarizeCmtsHeader(
  header: { [Key in "ifIndex" | "ccapId" | "rpdId" | "rpdPort"]: CmtsHeader[Key] | undefined },
): Record<string, unknown> {
  return {
    if_index: header.ifIndex,
    ccap_id: header.ccapId,
    ...(header.rpdId === undefined ? {} : { rpd_id: header.rpdId, rpd_port: header.rpdPort }),
  };
}
