import type { DatabaseSync } from "node:sqlite";
import type { ConsumedFileStore, ProfileChoices, SessionStore } from "../contracts.ts";
import { createEnrolmentStore, type EnrolmentStore } from "./agent-enrolments.ts";
import { type AgentHistoryStore, createAgentHistoryStore } from "./agent-history.ts";
import { type AgentStore, createAgentStore } from "./agents.ts";
import { type AuditStore, createAuditStore } from "./audit.ts";
import { type CaptureStore, createCaptureStore } from "./captures.ts";
import { createConsumedFileStore } from "./consumed-files.ts";
import { incrementCounter } from "./counters.ts";
import { databasePath, openDatabase } from "./database.ts";
import { createEventStore, type EventStore } from "./events.ts";
import { createLabMaskStore, type LabMaskStore } from "./lab-masks.ts";
import { createNoiseHourStore, type NoiseHourStore } from "./noise-hours.ts";
import { createNonceStore, type NonceStore } from "./nonces.ts";
import { createPollPlanStore, type PollPlanStore } from "./poll-plans.ts";
import { createProfileChoices } from "./profile-choices.ts";
import { createRecordingStore, type RecordingStore } from "./recordings.ts";
import { createSessionStore } from "./sessions.ts";

export type { EnrolmentStore, StoredEnrolment, StoredToken } from "./agent-enrolments.ts";
export type { AgentHistoryStore } from "./agent-history.ts";
export type { AgentStore, KnownAgent } from "./agents.ts";
export type { AuditStore } from "./audit.ts";
export { keepAuditWithin } from "./audit-retention.ts";
export type { CaptureStore, StoredCapture } from "./captures.ts";
export type { EventStore } from "./events.ts";
export type { LabMaskStore, StoredMask } from "./lab-masks.ts";
export type { NoiseHourStore } from "./noise-hours.ts";
export type { NonceStore } from "./nonces.ts";

/** Everything that outlives the program, behind functions that name what they do. */
export interface Storage extends Disposable {
  readonly sessions: SessionStore;
  readonly captures: CaptureStore;
  readonly consumedFiles: ConsumedFileStore;
  readonly agents: AgentStore;
  readonly enrolments: EnrolmentStore;
  readonly agentHistory: AgentHistoryStore;
  readonly nonces: NonceStore;
  readonly audit: AuditStore;
  readonly profileChoices: ProfileChoices;
  readonly pollPlans: PollPlanStore;
  readonly recordings: RecordingStore;
  readonly events: EventStore;
  readonly noise: NoiseHourStore;
  readonly masks: LabMaskStore;
  /** Writes a row and reads it back; throws where the database does not do both. */
  probe(): void;
}

/**
 * Opens the store of an installation in its data folder.
 *
 * @throws PnmLabError `STORAGE_UNAVAILABLE` or `STORAGE_NEWER`.
 */
export function openStorage(dataDir: string): Storage {
  const database: DatabaseSync = openDatabase(databasePath(dataDir));
  return {
    sessions: createSessionStore(database),
    captures: createCaptureStore(database),
    consumedFiles: createConsumedFileStore(database),
    agents: createAgentStore(database),
    enrolments: createEnrolmentStore(database),
    agentHistory: createAgentHistoryStore(database),
    nonces: createNonceStore(database),
    audit: createAuditStore(database),
    profileChoices: createProfileChoices(database),
    pollPlans: createPollPlanStore(database),
    recordings: createRecordingStore(database),
    events: createEventStore(database),
    noise: createNoiseHourStore(database),
    masks: createLabMaskStore(database),
    probe: () => void incrementCounter(database, "health"),
    [Symbol.dispose]: () => {
      if (database.isOpen) database.close();
    },
  };
}
