import type { UtscOptions } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { SyntheticSetup } from "../../api/synthetic/synthetic-setup.ts";
import { fieldsInPlaceOfTrigger } from "./software-trigger.ts";

const options: UtscOptions = new SyntheticSetup().options("lab", 72);

function portWith(qualify: "open" | "unsupported", triggerModes: string[]): Pick<UtscOptions, "fields"> {
  return {
    fields: options.fields.map((option) => ({
      ...option,
      ...(option.field.startsWith("qualify") && { state: qualify }),
      ...(option.field === "triggerMode" && { values: triggerModes }),
    })),
  };
}

test("the software trigger is told once where qualify is not taken, and where no mode waits for a signal", () => {
  const fieldsOf = (...port: Parameters<typeof portWith>) => [...fieldsInPlaceOfTrigger(portWith(...port))];
  expect(fieldsOf("unsupported", ["freeRunning", "cmMac"])).toEqual(["qualifyCenterFrequencyHz"]);
  expect(fieldsOf("open", ["other", "freeRunning", "timestamp"])).toEqual(["triggerMode"]);
  expect(fieldsOf("unsupported", ["freeRunning"])).toEqual(["qualifyCenterFrequencyHz", "triggerMode"]);
  expect(fieldsOf("open", ["freeRunning", "idleSid"])).toEqual([]);
});
