export { keepEventsWithin } from "./retention.ts";
export { DetectionService } from "./service.ts";
