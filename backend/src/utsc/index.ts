export { createUtscService, type UtscServiceOptions } from "./service.ts";
