import { messageOf } from "@pnmlab/kit";
import {
  knownSchemaStep,
  mainDatabase,
  readingsDatabase,
  restoreSnapshot,
  schemaStepIn,
  writeSnapshot,
} from "./storage/snapshot.ts";

const USAGE = `usage: snapshot get DATA_DIR [readings] > FILE    a consistent copy of the database, also while the backend runs
       snapshot put DATA_DIR [readings] < FILE    the database from a copy; the backend must not run
       snapshot schema [DATA_DIR [readings]]      schema step that this program knows, or that a database has

The database is pnmlab.db; with "readings" it is polling.db, which holds what polling plans have read.
`;

// The program behind scripts/backup and scripts/restore.
const [command = "", dataDir, which] = process.argv.slice(2);
const kind = which === "readings" ? readingsDatabase : mainDatabase;
try {
  if (command === "schema") {
    process.stdout.write(`${dataDir ? schemaStepIn(dataDir, kind) : knownSchemaStep()}\n`);
  } else if (command === "get" && dataDir) {
    await writeSnapshot(dataDir, process.stdout, kind);
  } else if (command === "put" && dataDir) {
    await restoreSnapshot(dataDir, process.stdin, kind);
  } else {
    process.stderr.write(USAGE);
    process.exitCode = 2;
  }
} catch (error) {
  process.stderr.write(`snapshot: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
