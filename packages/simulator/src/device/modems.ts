import {
  cmRegStatus,
  cmUsOfdmaRxPowerTenthDbmv,
  cmUsStatusModulationType,
  columnsOf,
} from "@pnmlab/docsis-mib";
import type { Personality } from "../personality/personality.ts";
import type { Modem } from "../signal/activity.ts";
import { SnmpTable } from "../snmp/table.ts";
import { type CodewordRates, countAt } from "./codewords.ts";
import { domainOf, type RfPort } from "./interfaces.ts";
import { codewordsOfModem, levelDbmv, type ModemPort, merDb } from "./reception.ts";

const regStatus = columnsOf("1.3.6.1.4.1.4491.2.1.20.1.3.1");
const reg31Status = columnsOf("1.3.6.1.4.1.4491.2.1.28.1.3.1");
const usStatus = columnsOf("1.3.6.1.4.1.4491.2.1.20.1.4.1");
const ofdmaStatus = columnsOf("1.3.6.1.4.1.4491.2.1.28.1.4.1");

const OPERATIONAL = 8;
const ATDMA = 2;
/** Data IUC of OFDMA that every modem may use. */
const OFDMA_IUC = 13;
interface Registered {
  id: number;
  modem: Modem;
  port: ModemPort;
}

/** How a modem is received on a channel; codewords are counted of SC-QAM alone. */
interface Received {
  levelDbmv: number;
  merDb: number;
  codewords: CodewordRates | undefined;
}

/** What is registered: docsIf3CmtsCmRegStatusTable, its 3.1 part, and the upstream status tables. */
export function modemTables(personality: Personality, ports: readonly ModemPort[], upTimeS: () => number) {
  const registered: Registered[] = ports
    .flatMap((port) => port.activity.modems.map((modem) => ({ modem, port })))
    .map((entry, i) => ({ id: i + 1, ...entry }));
  const channelsOf = ({ id, modem, port }: Registered, kind: "scQam" | "ofdma") =>
    port.channels
      .filter(({ plan }) => plan.kind === kind)
      .map((channel) => ({
        index: [id, channel.ifIndex],
        row: {
          levelDbmv: levelDbmv(channel.plan, modem),
          merDb: merDb(channel.plan, modem, port),
          codewords: channel.plan.kind === "scQam" ? codewordsOfModem(channel.plan, modem, port) : undefined,
        },
      }));
  const codewords = (number: number, name: string, kind: keyof CodewordRates) => ({
    object: usStatus(number, name, "Counter64", "read-only"),
    read: (row: Received) => row.codewords && countAt(row.codewords[kind], upTimeS()),
  });
  const rows = registered.map((entry) => ({ index: [entry.id], row: entry }));
  return [
    new SnmpTable<Registered>(
      [
        {
          object: cmRegStatus.macAddr,
          read: ({ modem }) => modem.macAddress,
        },
        {
          object: regStatus(3, "docsIf3CmtsCmRegStatusIPv6Addr", "OctetString", "read-only"),
          read: () => new Uint8Array(16),
        },
        {
          object: cmRegStatus.ipv4Addr,
          // 198.18.0.0/15 is for tests of devices (RFC 2544): no modem of anybody answers there.
          read: ({ id }) => Uint8Array.of(198, 18, (id >> 8) & 0xff, id & 0xff),
        },
        {
          object: cmRegStatus.value,
          read: () => OPERATIONAL,
        },
        {
          object: regStatus(7, "docsIf3CmtsCmRegStatusMdIfIndex", "Integer", "read-only"),
          read: ({ port }) => personality.interfaces.macDomainIfIndex(domainOf(port.number)),
        },
        {
          object: regStatus(8, "docsIf3CmtsCmRegStatusMdCmSgId", "Unsigned32", "read-only"),
          read: ({ port }) => port.number,
        },
        {
          object: regStatus(12, "docsIf3CmtsCmRegStatusTcsId", "Unsigned32", "read-only"),
          read: ({ port }) => 256 + port.number,
        },
      ],
      rows,
    ),
    new SnmpTable<Registered>(
      [
        {
          object: reg31Status(3, "docsIf31CmtsCmRegStatusUsProfileIucList", "OctetString", "read-only"),
          read: ({ port }) => iucList(port),
        },
      ],
      rows,
    ),
    new SnmpTable<Received>(
      [
        {
          object: cmUsStatusModulationType,
          read: () => ATDMA,
        },
        {
          object: usStatus(3, "docsIf3CmtsCmUsStatusRxPower", "Integer", "read-only"),
          read: (row) => Math.round(10 * row.levelDbmv),
        },
        {
          object: usStatus(4, "docsIf3CmtsCmUsStatusSignalNoise", "Integer", "read-only"),
          read: (row) => Math.round(10 * row.merDb),
        },
        codewords(7, "docsIf3CmtsCmUsStatusUnerroreds", "good"),
        codewords(8, "docsIf3CmtsCmUsStatusCorrecteds", "corrected"),
        codewords(9, "docsIf3CmtsCmUsStatusUncorrectables", "uncorrectable"),
      ],
      registered.flatMap((entry) => channelsOf(entry, "scQam")),
    ),
    new SnmpTable<Received>(
      [
        {
          object: cmUsOfdmaRxPowerTenthDbmv,
          read: (row) => Math.round(10 * row.levelDbmv),
        },
        {
          object: ofdmaStatus(2, "docsIf31CmtsCmUsOfdmaChannelMeanRxMer", "Integer", "read-only"),
          read: (row) => Math.round(100 * row.merDb),
        },
      ],
      registered.flatMap((entry) => channelsOf(entry, "ofdma")),
    ),
  ];
}

/** {ifIndex, 1, IUC} of each OFDMA channel (docsIf31CmtsCmRegStatusUsProfileIucList). */
function iucList(port: RfPort): Uint8Array {
  const channels = port.channels.filter(({ plan }) => plan.kind === "ofdma");
  const bytes = new Uint8Array(6 * channels.length);
  const view = new DataView(bytes.buffer);
  channels.forEach(({ ifIndex }, i) => {
    view.setUint32(6 * i, ifIndex);
    bytes.set([1, OFDMA_IUC], 6 * i + 4);
  });
  return bytes;
}
