import { messageOf } from "@pnmlab/kit";
import { knownSchemaStep, restoreSnapshot, schemaStepIn, writeSnapshot } from "./storage/snapshot.ts";

const USAGE = `usage: snapshot get DATA_DIR > FILE     a consistent copy of the database, also while the backend runs
       snapshot put DATA_DIR < FILE     the database from a copy; the backend must not run
       snapshot schema [DATA_DIR]       schema step that this program knows, or that a database has
`;

// The program behind scripts/backup and scripts/restore.
const [command = "", dataDir] = process.argv.slice(2);
try {
  if (command === "schema") {
    process.stdout.write(`${dataDir ? schemaStepIn(dataDir) : knownSchemaStep()}\n`);
  } else if (command === "get" && dataDir) {
    await writeSnapshot(dataDir, process.stdout);
  } else if (command === "put" && dataDir) {
    await restoreSnapshot(dataDir, process.stdin);
  } else {
    process.stderr.write(USAGE);
    process.exitCode = 2;
  }
} catch (error) {
  process.stderr.write(`snapshot: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
