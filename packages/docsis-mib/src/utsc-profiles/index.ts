export * from "./detect.ts";
export * from "./effective.ts";
export * from "./field.ts";
export { generic } from "./generic.ts";
export {
  refusalsOf,
  type UtscCase,
  type UtscRefusal,
  type UtscWarning,
  warningsOf,
} from "./judge.ts";
export { utscProfilesMarkdown } from "./markdown.ts";
export * from "./offer.ts";
export type * from "./profile.ts";
export { defaultRepeatPeriodUs } from "./repeat.ts";
