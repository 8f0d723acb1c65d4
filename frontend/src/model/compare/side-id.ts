/** What one side of a comparison is: a recording or a part of it, what comes live on a port, or a stored capture. */
export type SideId =
  | { kind: "recording"; id: string; fromMs?: number; toMs?: number }
  | { kind: "live"; cmtsId: string; rfPortIfIndex: number }
  | { kind: "capture"; id: string };

/** Written for an address: `rec:ID`, `rec:ID@FROM-TO` in Unix milliseconds, `live:CMTS/IFINDEX`, `cap:ID`. */
export function textOfSide(side: SideId): string {
  switch (side.kind) {
    case "recording": {
      const span =
        side.fromMs === undefined ? "" : `@${Math.round(side.fromMs)}-${Math.round(side.toMs ?? 0)}`;
      return `rec:${side.id}${span}`;
    }
    case "live":
      return `live:${side.cmtsId}/${side.rfPortIfIndex}`;
    case "capture":
      return `cap:${side.id}`;
  }
}

/** Reads a side back; undefined where the text names none. */
export function sideOfText(text: unknown): SideId | undefined {
  if (typeof text !== "string") return undefined;
  const [, kind, rest = ""] = text.match(/^(rec|live|cap):(.+)$/) ?? [];
  if (kind === "cap") return { kind: "capture", id: rest };
  if (kind === "live") {
    const [, cmtsId, index] = rest.match(/^(.+)\/(\d+)$/) ?? [];
    return cmtsId ? { kind: "live", cmtsId, rfPortIfIndex: Number(index) } : undefined;
  }
  if (kind !== "rec") return undefined;
  const [, id, from, to] = rest.match(/^(.+?)(?:@(\d+)-(\d+))?$/)!;
  const span = from && to && Number(to) > Number(from) ? { fromMs: Number(from), toMs: Number(to) } : {};
  return { kind: "recording", id: id!, ...span };
}
