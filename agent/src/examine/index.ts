export { checkEverything } from "./check.ts";
export { diagnose } from "./diagnose.ts";
export { failures, rowsText } from "./rows.ts";
