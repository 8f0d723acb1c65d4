/** Entries of the rail in order. `letter` follows G. */
export const RAIL_ENTRIES = [
  { name: "overview", label: "Overview", path: "/", letter: "O" },
  { name: "live", label: "Live", path: "/live", letter: "L" },
  { name: "captures", label: "Captures", path: "/captures", letter: "C" },
  { name: "recordings", label: "Recordings", path: "/recordings", letter: "R" },
  { name: "events", label: "Events", path: "/events", letter: "E" },
  { name: "plant", label: "Plant", path: "/plant", letter: "P" },
  { name: "agents", label: "Agents", path: "/agents", letter: "A" },
  { name: "polling", label: "Polling", path: "/polling", letter: "T" },
  { name: "health", label: "Health", path: "/health", letter: "H" },
] as const;

export type RailName = (typeof RAIL_ENTRIES)[number]["name"];

/** Pages that this version does not fill, with the reason it gives; they have an address and no place in the rail. */
export const NOT_OFFERED: Record<"modems" | "runs", { title: string; reason: string; instead: string }> = {
  modems: {
    title: "Modems",
    reason:
      "This version shows no list of modems. It reads those of a port where one is chosen as trigger, in the set-up of the port.",
    instead: "Captures shows the result files that modems upload.",
  },
  runs: {
    title: "Runs",
    reason: "This version does not measure groups of modems, so no run can be started or followed here.",
    instead: "Live captures one RF port at a time.",
  },
};
