/** Documents and observations that the quirks of personalities cite. */
export const MIB = "DOCS-PNM-MIB 2024-07-05";
export const E6000_GUIDE = "CommScope E6000 CER user guide, release 13, PNM chapter";
export const LAB_CBR8 = "observed on a cBR-8 by users of open PNM tools";
export const LAB_CASA = "observed on a Casa C100G by users of open PNM tools";
export const LAB_EVO = "observed on an EVO vCCAP 10.10 by users of open PNM tools";
export const ASSUMPTION = "assumption";
