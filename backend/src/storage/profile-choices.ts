import type { DatabaseSync } from "node:sqlite";
import type { ProfileChoices } from "../contracts.ts";

/** Vendor profiles that users have chosen by hand; what is detected is never stored. */
export function createProfileChoices(database: DatabaseSync): ProfileChoices {
  const get = database.prepare("SELECT profile FROM cmts_profiles WHERE cmts_id = ?");
  const save = database.prepare(
    `INSERT INTO cmts_profiles (cmts_id, profile) VALUES (?, ?)
     ON CONFLICT (cmts_id) DO UPDATE SET profile = excluded.profile`,
  );
  const remove = database.prepare("DELETE FROM cmts_profiles WHERE cmts_id = ?");
  return {
    get: (cmtsId) => (get.get(cmtsId) as { profile: string } | undefined)?.profile,
    set: (cmtsId, profileId) => {
      if (profileId === undefined) remove.run(cmtsId);
      else save.run(cmtsId, profileId);
    },
  };
}
