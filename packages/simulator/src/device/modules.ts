import { ccapInterfacePath, columnsOf, ifTable } from "@pnmlab/docsis-mib";
import type { Personality } from "../personality/personality.ts";
import { parseOid } from "../snmp/oid.ts";
import { SnmpTable } from "../snmp/table.ts";
import { cardOf } from "../utsc/capacity.ts";
import type { RfPort } from "./interfaces.ts";
import { sensorTable, type Thermometer } from "./sensors.ts";

const entPhysical = columnsOf("1.3.6.1.2.1.47.1.1.1.1");
const entAlias = columnsOf("1.3.6.1.2.1.47.1.3.2.1");
const ccapMap = columnsOf("1.3.6.1.4.1.4491.2.1.24.1.1.1.1");

/** PhysicalClass of ENTITY-MIB (RFC 6933). */
const CHASSIS = 3;
const SENSOR = 8;
const MODULE = 9;
const PORT = 10;

const CHASSIS_INDEX = 1;
const cardIndex = (card: number) => 1000 * card;
const portIndex = (card: number, port: number) => cardIndex(card) + port;
/** Entity of a thermometer, behind the ports of its card; card 0 is the chassis. */
const thermometerIndex = (card: number) => cardIndex(card) + 901;
/** Air that comes in, and a card's hottest place: values of this program, which no vendor has given. */
const INLET_CELSIUS = 24;
const CARD_CELSIUS = 52;
const IF_INDEX_OID = parseOid(ifTable.ifIndex.oid);

interface Entity {
  index: number;
  descr: string;
  name: string;
  containedIn: number;
  kind: number;
  position: number;
  ifIndex?: number;
}

/**
 * Chassis, line cards, RF ports and thermometers: entPhysicalTable, entPhySensorTable,
 * entAliasMappingTable, ccapInterfaceIndexMapTable.
 */
export function moduleTables(personality: Personality, ports: readonly RfPort[], upTimeS: () => number) {
  const cards = [...new Set(ports.map(({ number }) => cardOf(number, personality)))];
  const thermometers: Thermometer[] = [0, ...cards].map((card) => ({
    index: thermometerIndex(card),
    meanCelsius: card === 0 ? INLET_CELSIUS : CARD_CELSIUS,
  }));
  const entities: Entity[] = [
    {
      index: CHASSIS_INDEX,
      descr: personality.title,
      name: "chassis 1",
      containedIn: 0,
      kind: CHASSIS,
      position: -1,
    },
    ...cards.map((card) => ({
      index: cardIndex(card),
      descr: "Upstream line card",
      name: `slot ${card}`,
      containedIn: CHASSIS_INDEX,
      kind: MODULE,
      position: card,
    })),
    ...ports.map(({ number, ifIndex }) => {
      const card = cardOf(number, personality);
      const position = number - (card - 1) * personality.concurrency.portsPerCard;
      return {
        index: portIndex(card, position),
        descr: personality.interfaces.rfPortDescr(number),
        name: personality.interfaces.rfPortName(number),
        containedIn: cardIndex(card),
        kind: PORT,
        position,
        ifIndex,
      };
    }),
    ...[0, ...cards].map((card) => ({
      index: thermometerIndex(card),
      descr: card === 0 ? "Inlet temperature" : "Line card temperature",
      name: card === 0 ? "temperature inlet" : `temperature slot ${card}`,
      containedIn: card === 0 ? CHASSIS_INDEX : cardIndex(card),
      kind: SENSOR,
      position: 1,
    })),
  ];
  const aliases = entities.flatMap(({ index, ifIndex }) =>
    ifIndex === undefined ? [] : [{ index, ifIndex }],
  );
  return [
    new SnmpTable<Entity>(
      [
        { object: entPhysical(2, "entPhysicalDescr", "OctetString", "read-only"), read: (row) => row.descr },
        {
          object: entPhysical(4, "entPhysicalContainedIn", "Integer", "read-only"),
          read: (row) => row.containedIn,
        },
        { object: entPhysical(5, "entPhysicalClass", "Integer", "read-only"), read: (row) => row.kind },
        {
          object: entPhysical(6, "entPhysicalParentRelPos", "Integer", "read-only"),
          read: (row) => row.position,
        },
        { object: entPhysical(7, "entPhysicalName", "OctetString", "read-only"), read: (row) => row.name },
      ],
      entities.map((entity) => ({ index: [entity.index], row: entity })),
    ),
    new SnmpTable(
      [
        {
          object: entAlias(2, "entAliasMappingIdentifier", "ObjectIdentifier", "read-only"),
          read: (ifIndex: number) => [...IF_INDEX_OID, ifIndex],
        },
      ],
      aliases.map(({ index, ifIndex }) => ({ index: [index, 0], row: ifIndex })),
    ),
    sensorTable(thermometers, upTimeS),
    pathTable(personality, ports),
  ];
}

function pathTable(personality: Personality, ports: readonly RfPort[]) {
  const rows = ports.flatMap((port) => {
    const card = cardOf(port.number, personality);
    const position = port.number - (card - 1) * personality.concurrency.portsPerCard;
    const path = `/ccap/chassis[id=1]/slot[number=${card}]/rf-line-card/us-rf-port[number=${position}]`;
    const entity = portIndex(card, position);
    const channels = port.channels.map(({ ifIndex, plan }, c) => ({
      ifIndex,
      entity,
      path:
        plan.kind === "ofdma"
          ? `${path}/upstream-ofdma-channel[index=${c + 1}]`
          : `${path}/upstream-physical-channel[index=${c + 1}]/upstream-logical-channel[index=0]`,
    }));
    return [{ ifIndex: port.ifIndex, entity, path }, ...channels];
  });
  return new SnmpTable<(typeof rows)[number]>(
    [
      {
        object: ccapInterfacePath,
        read: (row) => row.path,
      },
      {
        object: ccapMap(2, "ccapInterfaceIndexMapEntPhysicalIndex", "Integer", "read-only"),
        read: (row) => row.entity,
      },
    ],
    rows.map((row) => ({ index: [row.ifIndex], row })),
  );
}
