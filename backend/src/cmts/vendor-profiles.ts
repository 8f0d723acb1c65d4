import {
  detectUtscProfile,
  generic,
  ifTable,
  indexOf,
  instanceOid,
  needsProbe,
  system,
  UTSC_PROFILES,
  type UtscProfile,
  utscCapab,
  utscProfile,
} from "@pnmlab/docsis-mib";
import { messageOf, PnmLabError } from "@pnmlab/kit";
import type { SnmpTarget, UtscProfileAnswer, UtscProfileView } from "@pnmlab/protocol";
import type { ChosenProfile, ProfileChoices, SnmpGateway, UtscProfileSource } from "../contracts.ts";
import { utscCapabilityOf } from "../snmp/utsc-capability.ts";
import { textOf } from "../snmp/values.ts";

/** A CMTS becomes another one when its software or its address changes: not often. */
const MAX_AGE_MS = 300_000;
/** So many ports tell a CCAP Core from an I-CCAP as well as all of them. */
const PROBED_PORTS = 4;

interface Detected {
  profile: UtscProfile;
  sysName: string | undefined;
  detectedBy: string;
}

/** Tells by sysDescr, sysObjectID and probes which vendor profile fits a CMTS; a user's choice wins over it. */
export class VendorProfiles implements UtscProfileSource, Disposable {
  readonly #snmp: SnmpGateway;
  readonly #choices: ProfileChoices;
  readonly #now: () => number;
  readonly #detected = new Map<string, { startedAtMs: number; detected: Promise<Detected> }>();
  readonly #stop: () => void;

  constructor(snmp: SnmpGateway, choices: ProfileChoices, now: () => number) {
    this.#snmp = snmp;
    this.#choices = choices;
    this.#now = now;
    this.#stop = snmp.onAvailabilityChange(() => this.#detected.clear());
  }

  async of(cmtsId: string, target: SnmpTarget): Promise<ChosenProfile> {
    const chosen = utscProfile(this.#choices.get(cmtsId) ?? "");
    if (chosen === undefined) {
      const { profile, detectedBy, sysName } = await this.#detect(cmtsId, target);
      return { profile, sysName, view: viewOf(profile, detectedBy, false, profile.id) };
    }
    // A choice by hand holds also while the CMTS cannot be asked.
    const detected = await this.#detect(cmtsId, target).catch(() => undefined);
    return {
      profile: chosen,
      sysName: detected?.sysName,
      view: viewOf(chosen, "chosen by a user", true, detected?.profile.id ?? null),
    };
  }

  async as(profileId: string, cmtsId: string, target: SnmpTarget): Promise<ChosenProfile> {
    const profile = requireProfile(profileId);
    const present = await this.of(cmtsId, target);
    if (present.profile === profile) return present;
    const view = viewOf(profile, "asked for", true, present.view.detectedId);
    return { profile, sysName: present.sysName, view };
  }

  /** What applies to a CMTS, and what there is to choose from; one that cannot be asked is a generic one. */
  async answer(cmtsId: string, target: SnmpTarget): Promise<UtscProfileAnswer> {
    const profile = await this.of(cmtsId, target).then(
      ({ view }) => view,
      (error: unknown) => viewOf(generic, `not told yet: ${messageOf(error)}`, false, null),
    );
    return { profile, available: UTSC_PROFILES.map(({ id, name }) => ({ id, name })) };
  }

  /**
   * Sets a profile by hand, or goes back to what is detected with null.
   *
   * @throws PnmLabError `UTSC_PROFILE_UNKNOWN`
   */
  choose(cmtsId: string, profileId: string | null): void {
    this.#choices.set(cmtsId, profileId === null ? undefined : requireProfile(profileId).id);
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #detect(cmtsId: string, target: SnmpTarget): Promise<Detected> {
    const known = this.#detected.get(cmtsId);
    if (known !== undefined && this.#now() - known.startedAtMs < MAX_AGE_MS) return known.detected;
    // Without anybody's signal: callers at one time share it.
    const detected = detect(this.#snmp, target);
    const entry = { startedAtMs: this.#now(), detected };
    this.#detected.set(cmtsId, entry);
    detected.catch(() => {
      if (this.#detected.get(cmtsId) === entry) this.#detected.delete(cmtsId);
    });
    return detected;
  }
}

async function detect(snmp: SnmpGateway, target: SnmpTarget): Promise<Detected> {
  const [descr, objectId, name] = await snmp.get(target, [
    instanceOid(system.sysDescr),
    instanceOid(system.sysObjectId),
    instanceOid(system.sysName),
  ]);
  const sysDescr = textOf(descr?.value) ?? "";
  const sysObjectId = objectId?.value.type === "ObjectIdentifier" ? objectId.value.value : "";
  const probes = needsProbe(sysDescr, sysObjectId)
    ? await probe(snmp, target)
    : { portDescriptions: [], windows: [] };
  return { ...detectUtscProfile({ sysDescr, sysObjectId, ...probes }), sysName: textOf(name?.value) };
}

/** Descriptions of the first RF ports that can capture, and the windows they offer. */
async function probe(snmp: SnmpGateway, target: SnmpTarget) {
  const rows = (await snmp.walk(target, utscCapab.window.oid)).slice(0, PROBED_PORTS);
  const ports = rows.flatMap(({ oid }) => indexOf(utscCapab.window, oid)?.slice(0, 1) ?? []);
  const absent = { triggerMode: undefined, outputFormat: undefined, description: undefined };
  const windows = rows.flatMap(({ value }) => utscCapabilityOf({ ...absent, window: value }).windows);
  if (ports.length === 0) return { portDescriptions: [], windows };
  const descriptions = await snmp.get(
    target,
    ports.map((port) => instanceOid(ifTable.ifDescr, port)),
  );
  return { portDescriptions: descriptions.map(({ value }) => textOf(value) ?? ""), windows };
}

function requireProfile(profileId: string): UtscProfile {
  const profile = utscProfile(profileId);
  if (profile !== undefined) return profile;
  throw new PnmLabError(
    "UTSC_PROFILE_UNKNOWN",
    `there is no vendor profile ${profileId}; there are ${UTSC_PROFILES.map(({ id }) => id).join(", ")}`,
  );
}

function viewOf(
  { id, name, rules, quirks }: UtscProfile,
  detectedBy: string,
  isOverridden: boolean,
  detectedId: string | null,
): UtscProfileView {
  return { id, name, detectedBy, isOverridden, detectedId, ruleCount: rules.length, quirks };
}
