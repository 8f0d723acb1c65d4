import type { UtscSource } from "./profile.ts";

export function mib(citation: string): UtscSource {
  return { kind: "mib", name: "DOCS-PNM-MIB", citation: `DOCS-PNM-MIB 2024-07-05, ${citation}` };
}

/** A rule that this product has set itself, with the reason. */
export function product(reason: string): UtscSource {
  return { kind: "product", name: "PNM Lab", citation: reason };
}

/** Sources of one vendor profile, by how much they weigh. */
export function sourcesOf(profileName: string) {
  const source = (citation: string): UtscSource => ({ kind: "profile", name: profileName, citation });
  return {
    /** The vendor's own words. */
    e6000Guide: (section: string) =>
      source(`CommScope E6000 CCAP Core user guide, release 13.0, PNM chapter, ${section}`),
    /** Seen in one lab by an open tool; not confirmed by the vendor. */
    observed: (what: string) =>
      source(`observed in one lab (open projects PyPNM and PyPNMGui of svdleer): ${what}`),
    /** Where nothing tells. */
    assumption: (why: string) => source(`assumption: ${why}`),
  };
}
