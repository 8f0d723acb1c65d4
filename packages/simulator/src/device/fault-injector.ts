import { instanceOid, MeasStatus, utscStatus } from "@pnmlab/docsis-mib";
import { PnmLabError } from "@pnmlab/kit";
import { type UploadFault, UploadFaults } from "../bulk/upload-fault.ts";
import type { Faults, OidFault } from "../snmp/faults.ts";
import type { Fault } from "./fault.ts";

type OtherManagerFault = Extract<Fault, { kind: "otherManager" }>;
type NetworkFault = Extract<Fault, { kind: "network" }>;
type NetworkKey = Exclude<keyof NetworkFault, "kind" | "delayMs"> | "latencyMs";

interface Targets {
  snmp: Faults;
  objectOid: (name: string) => string | undefined;
  /** What stands for the port in the indices of rows. Throws where the device has no such port. */
  rowIfIndices: (rfPortIfIndex: number) => readonly number[];
  /** Lets another manager take a port; the answer gives it back. */
  occupy: (rfPortIfIndex: number) => () => void;
}

/** A fault that has been put into a device. */
export interface ActiveFault {
  id: number;
  fault: Fault;
}

/** Another manager that waits for its moment. */
interface Ambush {
  rowIfIndices: readonly number[];
  setsLeft: number;
  withNextSet: boolean;
  spring: () => void;
}

/** Puts faults into a device and takes them out again, one by one or all. */
export class FaultInjector {
  readonly uploads = new UploadFaults();
  readonly #targets: Targets;
  readonly #active = new Map<number, { fault: Fault; remove: () => void }>();
  /** What the network was like before any fault, for what a fault changes. */
  readonly #network = new Map<NetworkKey, number | boolean>();
  readonly #ambushes = new Set<Ambush>();
  #lastId = 0;

  constructor(targets: Targets) {
    this.#targets = targets;
  }

  get active(): ActiveFault[] {
    return [...this.#active].map(([id, { fault }]) => ({ id, fault }));
  }

  /** How far the device's clock is ahead, in milliseconds. */
  get clockSkewMs(): number {
    return this.#sum((fault) => (fault.kind === "clockSkew" ? fault.skewMs : 0));
  }

  /** Whether starts on a port find no resources. */
  isExhausted(rfPortIfIndex: number): boolean {
    return this.active.some(
      ({ fault }) => fault.kind === "resources" && (fault.rfPort ?? rfPortIfIndex) === rfPortIfIndex,
    );
  }

  /**
   * @returns the number by which `remove` knows the fault
   * @throws PnmLabError `UNKNOWN_OBJECT` or `UNKNOWN_PORT`
   */
  inject(fault: Fault): number {
    const remove = this.#apply(fault);
    this.#lastId += 1;
    this.#active.set(this.#lastId, { fault, remove });
    return this.#lastId;
  }

  /** Answers whether there was such a fault. */
  remove(id: number): boolean {
    const found = this.#active.get(id);
    this.#active.delete(id);
    found?.remove();
    return found !== undefined;
  }

  clear(): void {
    for (const id of [...this.#active.keys()]) this.remove(id);
  }

  #apply(fault: Fault): () => void {
    const { snmp, rowIfIndices } = this.#targets;
    switch (fault.kind) {
      case "network":
        return this.#applyNetwork(fault);
      case "object": {
        const { object, operations, behaviour, times } = fault;
        const added: OidFault = { oid: this.#oidOf(object), behaviour };
        if (operations) added.operations = operations;
        if (times !== undefined) added.times = times;
        return snmp.add(added);
      }
      case "upload": {
        const { behaviour, rfPort, times } = fault;
        const added: UploadFault = { behaviour };
        if (rfPort !== undefined) added.rfPortIfIndex = rfPort;
        if (times !== undefined) added.times = times;
        return this.uploads.add(added);
      }
      case "measStatus": {
        const value = MeasStatus[fault.status];
        const removals = rowIfIndices(fault.rfPort).map((ifIndex) =>
          snmp.add({
            oid: instanceOid(utscStatus.measStatus, ifIndex),
            operations: ["get"],
            behaviour: { kind: "value", value },
          }),
        );
        return () => {
          for (const remove of removals) remove();
        };
      }
      case "otherManager":
        return this.#applyOtherManager(fault);
      case "clockSkew":
      case "resources":
        return () => {};
    }
  }

  /** A SET of rows has arrived, or has been carried out. */
  noteSet(moment: "arrived" | "done", rowIfIndices: ReadonlySet<number>): void {
    for (const ambush of this.#ambushes) {
      if (!ambush.rowIfIndices.some((ifIndex) => rowIfIndices.has(ifIndex))) continue;
      if (moment === "done" && ambush.setsLeft > 0) ambush.setsLeft -= 1;
      const isTime = ambush.setsLeft === 0 && ambush.withNextSet === (moment === "arrived");
      if (isTime) ambush.spring();
    }
  }

  #applyOtherManager({ rfPort, afterSets = 0, withNextSet = false }: OtherManagerFault): () => void {
    const { rowIfIndices, occupy } = this.#targets;
    if (afterSets === 0 && !withNextSet) return occupy(rfPort);
    let leave = () => {};
    const ambush: Ambush = {
      rowIfIndices: rowIfIndices(rfPort),
      setsLeft: afterSets,
      withNextSet,
      spring: () => {
        this.#ambushes.delete(ambush);
        leave = occupy(rfPort);
      },
    };
    this.#ambushes.add(ambush);
    return () => {
      this.#ambushes.delete(ambush);
      leave();
    };
  }

  /** The newest fault decides; without one it is as before the first. */
  #applyNetwork(fault: NetworkFault): () => void {
    const { snmp } = this.#targets;
    const wanted = networkValues(fault);
    for (const { key, value } of wanted) {
      if (!this.#network.has(key)) this.#network.set(key, snmp[key]);
      Object.assign(snmp, { [key]: value });
    }
    return () => {
      for (const { key } of wanted) {
        const newest = this.active
          .flatMap((other) => (other.fault.kind === "network" ? networkValues(other.fault) : []))
          .findLast((other) => other.key === key);
        Object.assign(snmp, { [key]: newest?.value ?? this.#network.get(key) });
        if (!newest) this.#network.delete(key);
      }
    };
  }

  #oidOf(object: string): string {
    if (/^\d+(\.\d+)+$/.test(object)) return object;
    const [name = "", ...index] = object.split(".");
    const oid = this.#targets.objectOid(name);
    if (oid !== undefined && index.every((part) => /^\d+$/.test(part))) return [oid, ...index].join(".");
    throw new PnmLabError("UNKNOWN_OBJECT", `the device has no object ${object}`);
  }

  #sum(part: (fault: Fault) => number): number {
    return this.active.reduce((sum, { fault }) => sum + part(fault), 0);
  }
}

function networkValues({ kind: _, delayMs, ...rest }: NetworkFault) {
  return Object.entries({ ...rest, latencyMs: delayMs }).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key: key as NetworkKey, value }],
  );
}
