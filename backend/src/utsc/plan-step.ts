import type { ColumnWrite } from "../snmp/values.ts";

/** One SET of a plan. */
export interface PlanStep {
  /** Goes into one PDU. */
  writes: ColumnWrite[];
  /** Tried where the CMTS refuses `writes`. */
  otherwise?: ColumnWrite[];
  /**
   * What a refusal means: the end of the configuration, the end unless it is taken after the other steps
   * (a CMTS can check a column against one that is written later), or a note.
   */
  refusal: "stop" | "postpone" | "tolerate";
}
