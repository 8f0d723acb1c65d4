import type { PollPlan } from "@pnmlab/protocol";
import { shallowRef } from "vue";
import { readyOr } from "../model/lab-state.ts";
import { type RowDirectory, rowDirectory, rowName } from "../model/polling/row-names.ts";
import { useLab } from "./use-lab.ts";

/** Modems of a CMTS that are asked for at once. */
const MODEMS = 2000;

/** How long a directory is used, and how long one that could not be read is not asked for again. */
const KNOWN_MS = 120_000;

/** Names of the rows that are polled at the CMTSs of the lab: modems by MAC address, channels by name. */
export function useRowNames(plans: () => readonly PollPlan[]) {
  const { cmts, snapshot, sync } = useLab();
  const directories = shallowRef<ReadonlyMap<string, RowDirectory>>(new Map());
  const askedAtMs = new Map<string, number>();

  function cmtsIdOf(label: string): string | undefined {
    const device = plans()
      .flatMap(({ devices }) => devices)
      .find((one) => one.label === label);
    const isSame = (one: { host: string; port: number }) =>
      one.host === device?.host && one.port === device.port;
    return (device ? cmts.value.find(isSame) : cmts.value.find(({ id }) => id === label))?.id;
  }

  async function read(cmtsId: string): Promise<void> {
    askedAtMs.set(cmtsId, Date.now());
    try {
      const { modems } = await sync.client.modems(cmtsId, "", MODEMS);
      const ports = snapshot.value.rfPorts.get(cmtsId);
      directories.value = new Map(directories.value).set(
        cmtsId,
        rowDirectory(modems, (ports && readyOr(ports)) ?? []),
      );
    } catch {
      // Rows keep their indices as names: readings are there also while the CMTS is not.
    }
  }

  return {
    /** Reads who is behind the rows of a device, where it is a CMTS of the lab. */
    learn(label: string): void {
      const cmtsId = cmtsIdOf(label);
      if (cmtsId !== undefined && Date.now() - (askedAtMs.get(cmtsId) ?? 0) > KNOWN_MS) void read(cmtsId);
    },
    nameOf: (label: string, metric: string, instance: string): string =>
      rowName(metric, instance, directories.value.get(cmtsIdOf(label) ?? "")),
  };
}

export type RowNames = ReturnType<typeof useRowNames>;
