import type { UtscOptions } from "@pnmlab/protocol";
import { livePath, type PortOfCmts } from "../ports.ts";
import type { SetupField } from "./fields.ts";

/** Trigger modes that wait for nothing on the plant. */
const UNTRIGGERED: readonly string[] = ["other", "freeRunning", "timestamp"];

/**
 * The columns whose reason goes on with the software trigger of the lab, a mask whose events are recorded: the first of
 * the qualify columns where the CMTS does not take them, the trigger mode where no mode waits for a signal.
 */
export function fieldsInPlaceOfTrigger({ fields }: Pick<UtscOptions, "fields">): ReadonlySet<SetupField> {
  const qualify = fields.find(({ field, state }) => field.startsWith("qualify") && state !== "open");
  const trigger = fields.find(
    ({ field, values }) =>
      field === "triggerMode" && values !== null && values.every((mode) => UNTRIGGERED.includes(mode)),
  );
  return new Set([qualify, trigger].flatMap((option) => (option ? [option.field] : [])));
}

/** Where masks of a port are made and handed to the lab. */
export function labMasksLink({ cmts, port }: PortOfCmts): string {
  return `${livePath(cmts.id, port.ifIndex)}?tab=markers`;
}
