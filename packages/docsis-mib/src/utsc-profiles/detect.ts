import { casaC100g, casaEvo } from "./casa.ts";
import { ciscoCbr8 } from "./cisco-cbr8.ts";
import { commscopeE6000Core, commscopeE6000Iccap } from "./commscope-e6000.ts";
import { generic } from "./generic.ts";
import type { UtscProfile } from "./profile.ts";

/** Every vendor profile; a further one is a file and a line here. */
export const UTSC_PROFILES: readonly UtscProfile[] = [
  generic,
  commscopeE6000Core,
  commscopeE6000Iccap,
  casaC100g,
  casaEvo,
  ciscoCbr8,
];

/** The profile of an id, undefined where there is none. */
export function utscProfile(id: string): UtscProfile | undefined {
  return UTSC_PROFILES.find((profile) => profile.id === id);
}

/** What a CMTS says of itself. */
export interface CmtsIdentity {
  readonly sysDescr: string;
  /** Empty where it is not known. */
  readonly sysObjectId: string;
  /** ifDescr of RF ports and window names of their capability rows, as probes found them. */
  readonly portDescriptions: readonly string[];
  readonly windows: readonly string[];
}

interface Marker {
  readonly words: RegExp;
  /** Enterprise under which the vendor registers its products (IANA private enterprise numbers). */
  readonly enterprises: readonly number[];
  readonly profile: (identity: CmtsIdentity) => UtscProfile;
  readonly probe?: (identity: CmtsIdentity) => string;
}

/** EVO names itself Casa as well, and both can mention other vendors: the order matters. */
const MARKERS: readonly Marker[] = [
  { words: /CASA DCTS VCCAP|\bEVO\b.*vCCAP/i, enterprises: [], profile: () => casaEvo },
  { words: /\bCASA\b/i, enterprises: [20_858], profile: () => casaC100g },
  {
    words: /ARRIS|CommScope|\bCER_V|\bE6000\b/i,
    enterprises: [4115, 4998],
    profile: (identity) => (isIccap(identity) ? commscopeE6000Iccap : commscopeE6000Core),
    probe: (identity) =>
      isIccap(identity)
        ? "RF ports of an I-CCAP (cable-upstreamRfPort, or windows beside rectangular)"
        : "RF ports of a CCAP Core (us-conn)",
  },
  { words: /Cisco IOS|\bcBR-?8\b/i, enterprises: [9], profile: () => ciscoCbr8 },
];

/** Whether telling the profile needs `portDescriptions` and `windows`. */
export function needsProbe(sysDescr: string, sysObjectId: string): boolean {
  return markerOf(sysDescr, sysObjectId)?.marker.probe !== undefined;
}

/**
 * The profile that fits a CMTS, and by what it was told. A CMTS that nothing is known of is a generic one.
 */
export function detectUtscProfile(identity: CmtsIdentity): { profile: UtscProfile; detectedBy: string } {
  const found = markerOf(identity.sysDescr, identity.sysObjectId);
  if (found === undefined) {
    return {
      profile: generic,
      detectedBy: `no known vendor in sysDescr "${shorten(identity.sysDescr)}" and sysObjectID ${identity.sysObjectId || "(none)"}`,
    };
  }
  const by =
    found.word === undefined
      ? `sysObjectID ${identity.sysObjectId}`
      : `"${found.word}" in sysDescr "${shorten(identity.sysDescr)}"`;
  const probed = found.marker.probe?.(identity);
  return {
    profile: found.marker.profile(identity),
    detectedBy: probed === undefined ? by : `${by}; ${probed}`,
  };
}

/** What a CMTS says in words weighs more than the number under which it is registered. */
function markerOf(
  sysDescr: string,
  sysObjectId: string,
): { marker: Marker; word: string | undefined } | undefined {
  for (const marker of MARKERS) {
    const word = marker.words.exec(sysDescr)?.[0];
    if (word !== undefined) return { marker, word };
  }
  const enterprise = Number(/^1\.3\.6\.1\.4\.1\.(\d+)(?:\.|$)/.exec(sysObjectId)?.[1]);
  const marker = MARKERS.find(({ enterprises }) => enterprises.includes(enterprise));
  return marker && { marker, word: undefined };
}

function isIccap({ portDescriptions, windows }: CmtsIdentity): boolean {
  if (portDescriptions.some((text) => /cable-upstreamRfPort/i.test(text))) return true;
  if (portDescriptions.some((text) => /us-conn/i.test(text))) return false;
  return windows.some((window) => window !== "rectangular" && window !== "other");
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
