import type { PlantEvent } from "@pnmlab/protocol";

/**
 * On which other ports the same was seen at the same time: `the same on us-conn 5/2 and us-conn 5/3`. `alsoOn` names
 * events where they are known, else ports. Undefined where it is on this port alone.
 */
export function commonCauseWords(
  event: Pick<PlantEvent, "alsoOn" | "cmtsId">,
  known: readonly PlantEvent[],
): string | undefined {
  const ports = event.alsoOn.map((name) => {
    const other = known.find(({ id }) => id === name);
    if (!other) return name;
    return other.cmtsId === event.cmtsId ? other.rfPortName : `${other.cmtsId} ${other.rfPortName}`;
  });
  const [last, ...rest] = [...new Set(ports)].reverse();
  if (last === undefined) return undefined;
  return rest.length === 0 ? `the same on ${last}` : `the same on ${rest.reverse().join(", ")} and ${last}`;
}
