import { bulkDataTransferCfg, FALSE, TRUE } from "@pnmlab/docsis-mib";
import type { Personality } from "../personality/personality.ts";
import { ROW_STATE_VALUES, type RowState } from "../snmp/row-status.ts";
import { rowStatusWrite } from "../snmp/set-request.ts";
import { type WritableColumn, WritableTable } from "../snmp/writable-table.ts";

/** Where files go: one row of docsPnmBulkDataTransferCfgTable. */
export interface Destination {
  state: RowState;
  hostname: string;
  addressType: number;
  address: Uint8Array;
  port: number;
  baseUri: string;
  protocol: number;
  localStore: number;
}

const IPV4 = 1;
const IPV6 = 2;
/** Octets of an address by its InetAddressType; the PNM objects take no other types. */
export const ADDRESS_OCTETS: Readonly<Record<number, number>> = { 0: 0, [IPV4]: 4, [IPV6]: 16 };
const TFTP = 1;
/** Where servers listen, unless something else is said. */
export const TFTP_PORT = 69;
const MAX_TEXT_OCTETS = 255;

const newDestination = (tftpPort: number): Destination => ({
  state: "notReady",
  hostname: "",
  addressType: 0,
  address: new Uint8Array(0),
  port: tftpPort,
  baseUri: "",
  protocol: TFTP,
  // The MIB gives no default. A row of a transfer table that keeps its files would serve nobody.
  localStore: FALSE,
});

/** Host, port and path that a complete row sends to. */
export interface UploadTarget {
  host: string;
  port: number;
  /** Put before the file name; empty or ending in `/`. */
  folder: string;
}

/** The target of a row; undefined where the row lacks an address or its URI makes no sense. */
export function uploadTarget(destination: Destination): UploadTarget | undefined {
  const uri = destination.baseUri === "" ? undefined : parseBaseUri(destination.baseUri);
  if (uri === undefined && destination.baseUri !== "") return undefined;
  const host = addressText(destination) ?? (destination.hostname || uri?.host);
  if (!host) return undefined;
  return { host, port: destination.port || uri?.port || TFTP_PORT, folder: uri?.folder ?? "" };
}

/** An address as text; undefined where type and octets do not go together. */
export function addressText({
  addressType,
  address,
}: Pick<Destination, "addressType" | "address">): string | undefined {
  if (addressType === IPV4 && address.length === 4) return address.join(".");
  if (addressType !== IPV6 || address.length !== 16) return undefined;
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((address[2 * i]! << 8) | address[2 * i + 1]!).toString(16),
  );
  return groups.join(":");
}

/** `tftp://host[:port]/folder/` or a bare `/folder/`. */
function parseBaseUri(text: string): { host: string; port: number; folder: string } | undefined {
  if (text.startsWith("/")) return { host: "", port: 0, folder: folderOf(text) };
  const match = /^tftp:\/\/(\[[0-9a-f:]+\]|[^/:\s]+)(?::(\d{1,5}))?(\/[^\s?#]*)?$/i.exec(text);
  if (!match) return undefined;
  return {
    host: match[1]!.replace(/^\[|\]$/g, ""),
    port: Number(match[2] ?? 0),
    folder: folderOf(match[3] ?? ""),
  };
}

/** A path as it stands before a file name: empty, or ending in `/`. */
export function folderOf(path: string): string {
  const inner = path.replaceAll(/^\/+|\/+$/g, "");
  return inner === "" ? "" : `${inner}/`;
}

/** docsPnmBulkDataTransferCfgTable as this personality has it; new rows send to `tftpPort`. */
export function destinationTable(
  { destinationRow, protocolRefusal }: Personality["bulk"],
  tftpPort: number,
): WritableTable<Destination> {
  const objects = bulkDataTransferCfg;
  return new WritableTable(
    columns(),
    {
      create: () => newDestination(tftpPort),
      copy: (row) => ({ ...row }),
      rowStatus: {
        object: objects.rowStatus,
        getState: (row) => row.state,
        setState: (row, state) => {
          row.state = state;
        },
        isReady: (row) => row.localStore === TRUE || uploadTarget(row) !== undefined,
      },
      check(draft) {
        const row = draft.after;
        if (!row) return;
        if (protocolRefusal && draft.wrote(objects.protocol)) {
          draft.refuse(protocolRefusal, "the protocol cannot be set", objects.protocol);
        }
        if (row.address.length !== ADDRESS_OCTETS[row.addressType] && row.address.length > 0) {
          draft.refuse(
            "inconsistentValue",
            `an address of ${row.address.length} octets is not of type ${row.addressType}`,
            objects.destHostIpAddress,
            objects.destHostIpAddrType,
          );
        }
        if (row.protocol !== TFTP) {
          draft.refuse("inconsistentValue", "only TFTP is supported", objects.protocol);
        }
      },
    },
    destinationRow ? [{ index: [1], row: newDestination(tftpPort) }] : [],
  );
}

function columns(): WritableColumn<Destination>[] {
  const objects = bulkDataTransferCfg;
  const text = (key: "hostname" | "baseUri", accepts: (value: string) => boolean) => ({
    read: (row: Destination) => row[key],
    write: {
      refuses(value: number | Uint8Array) {
        if ((value as Uint8Array).length > MAX_TEXT_OCTETS) return "wrongLength" as const;
        return accepts(Buffer.from(value as Uint8Array).toString("utf8"))
          ? undefined
          : ("wrongValue" as const);
      },
      assign(row: Destination, value: number | Uint8Array) {
        row[key] = Buffer.from(value as Uint8Array).toString("utf8");
      },
    },
  });
  const number = (key: "addressType" | "port" | "protocol" | "localStore", most = 0xffff_ffff) => ({
    read: (row: Destination) => row[key],
    write: {
      refuses: (value: number | Uint8Array) =>
        (value as number) > most ? ("wrongValue" as const) : undefined,
      assign(row: Destination, value: number | Uint8Array) {
        row[key] = value as number;
      },
    },
  });
  return [
    { object: objects.destHostname, ...text("hostname", (value) => /^[\x21-\x7e]*$/.test(value)) },
    { object: objects.destHostIpAddrType, ...number("addressType") },
    {
      object: objects.destHostIpAddress,
      read: (row) => row.address,
      write: {
        refuses: (value) =>
          Object.values(ADDRESS_OCTETS).includes((value as Uint8Array).length) ? undefined : "wrongLength",
        assign(row, value) {
          row.address = value as Uint8Array;
        },
      },
    },
    { object: objects.destPort, ...number("port", 65_535) },
    {
      object: objects.destBaseUri,
      ...text("baseUri", (value) => value === "" || parseBaseUri(value) !== undefined),
    },
    { object: objects.protocol, ...number("protocol") },
    { object: objects.localStore, ...number("localStore") },
    { object: objects.rowStatus, read: (row) => ROW_STATE_VALUES[row.state], write: rowStatusWrite },
  ];
}
