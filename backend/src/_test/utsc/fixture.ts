import { setTimeout as delay } from "node:timers/promises";
import { createLogger } from "@pnmlab/config";
import { PnmLabError } from "@pnmlab/kit";
import { encodeUtsc } from "@pnmlab/pnm-codec";
import type { SpectrumFrame, StartUtscSession, UtscSession } from "@pnmlab/protocol";
import { onTestFinished } from "vitest";
import { VendorProfiles } from "../../cmts/vendor-profiles.ts";
import type {
  FileClaimer,
  FileCleaner,
  LivePublisher,
  ModemFinder,
  ProfileChoices,
  SessionStore,
  StoredSession,
  UtscService,
  UtscSetup,
} from "../../contracts.ts";
import { createUtscService, type UtscServiceOptions } from "../../utsc/service.ts";
import { FakeCmts, RF_PORT } from "./fake-cmts.ts";

export const REQUEST: StartUtscSession = {
  cmtsId: "lab-cmts-1",
  rfPortIfIndex: RF_PORT,
  centerFrequencyHz: 45_000_000,
  spanHz: 80_000_000,
  bins: 800,
  repeatPeriodUs: 50_000,
  outputFormat: "fftPower",
};

export class MemoryStore implements SessionStore {
  readonly sessions = new Map<string, StoredSession>();
  #streamId = 0;

  list(): StoredSession[] {
    return [...this.sessions.values()];
  }

  save(session: StoredSession): void {
    this.sessions.set(session.id, structuredClone(session));
  }

  remove(id: string): void {
    this.sessions.delete(id);
  }

  nextStreamId(): number {
    this.#streamId += 1;
    return this.#streamId;
  }
}

export class MemoryPublisher implements LivePublisher {
  readonly sessions: UtscSession[] = [];
  readonly frames: SpectrumFrame[] = [];

  publishSession(session: UtscSession): void {
    this.sessions.push(session);
  }

  publishFrame(_sessionId: string, frame: SpectrumFrame): void {
    this.frames.push(frame);
  }

  /** States in the order in which they were published, repetitions left out. */
  get states(): string[] {
    return this.sessions.map(({ state }) => state).filter((state, k, all) => state !== all[k - 1]);
  }
}

class MemoryCleaner implements FileCleaner {
  readonly files = new Set<string>();
  readonly removed: string[] = [];

  async remove(fileName: string): Promise<void> {
    this.files.delete(fileName);
    this.removed.push(fileName);
  }

  async list(prefix: string): Promise<string[]> {
    return [...this.files].filter((name) => name.startsWith(prefix));
  }
}

export class MemoryChoices implements ProfileChoices {
  readonly #chosen = new Map<string, string>();

  get(cmtsId: string): string | undefined {
    return this.#chosen.get(cmtsId);
  }

  set(cmtsId: string, profileId: string | undefined): void {
    if (profileId === undefined) this.#chosen.delete(cmtsId);
    else this.#chosen.set(cmtsId, profileId);
  }
}

/** A CMTS that knows no modem. */
const noModems: ModemFinder = {
  find: (cmtsId, macAddress) =>
    Promise.reject(new PnmLabError("CMTS_MODEM_UNKNOWN", `${cmtsId} has no modem ${macAddress}`)),
};

export interface Fixture {
  cmts: FakeCmts;
  store: MemoryStore;
  publisher: MemoryPublisher;
  cleaner: MemoryCleaner;
  service: UtscService & UtscSetup & FileClaimer;
  /** Ends this backend without touching the CMTS and starts another on the same store. */
  restart(): Promise<void>;
}

export function startFixture(
  cmts = new FakeCmts(),
  { samples }: Pick<UtscServiceOptions, "samples"> = {},
): Fixture {
  const store = new MemoryStore();
  const publisher = new MemoryPublisher();
  const cleaner = new MemoryCleaner();
  const create = () =>
    createUtscService({
      cmts: [{ id: "lab-cmts-1", host: "10.0.0.1", port: 161, profile: "sim" }],
      snmp: cmts,
      profiles: new VendorProfiles(cmts, new MemoryChoices(), Date.now),
      modems: noModems,
      leases: cmts,
      store,
      publisher,
      cleaner,
      destination: { index: 7, host: "10.1.2.20", port: 6969 },
      leaseMs: 15_000,
      log: createLogger("test", "silent"),
      ...(samples && { samples }),
    });
  const fixture: Fixture = {
    cmts,
    store,
    publisher,
    cleaner,
    service: create(),
    restart: async () => {
      await fixture.service.close();
      fixture.service = create();
    },
  };
  onTestFinished(() => fixture.service.close());
  return fixture;
}

let stampMs = Date.now();

/** A capture file of the row's present configuration, as the directory watcher hands it over. */
export function deliver(
  fixture: Fixture,
  { bytes, baseName, atMs }: { bytes?: Uint8Array; baseName?: string; atMs?: number } = {},
): boolean {
  stampMs += 50;
  const at = new Date(atMs ?? Math.min(stampMs, Date.now()));
  const stamp = at.toISOString().slice(0, -1).replace("T", "_").replaceAll(":", ".");
  const fileName = `${baseName ?? fixture.cmts.fileName}_${stamp}`;
  const claim = fixture.service.claim(fileName);
  if (claim === undefined) return false;
  claim.take({ fileName, bytes: bytes ?? captureBytes(), modifiedAt: at, seenAtMs: Date.now() });
  return true;
}

export function captureBytes(bins = 800): Uint8Array {
  return encodeUtsc({
    form: "e6000-328",
    vendorBytes: "opaque",
    captureTimeS: 1_780_000_000,
    ifIndex: RF_PORT,
    ccapId: "ccap",
    outputFormat: "fftPower",
    bins,
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    samples: Uint32Array.from({ length: bins }, (_, k) => (k === 400 ? 1_000_000_000 : 1000)),
  });
}

export async function until(condition: () => boolean, deadlineMs = 30_000): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`not within ${deadlineMs} ms: ${condition}`);
    await delay(5);
  }
}
