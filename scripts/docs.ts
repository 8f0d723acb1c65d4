import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configurationMarkdown, defaultRootDir, envExample } from "@pnmlab/config";
import { utscProfilesMarkdown } from "../packages/docsis-mib/src/index.ts";

// Writes the pages that are generated from declarations; a test compares them with what is committed.
writeFileSync(join(defaultRootDir, ".env.example"), envExample());
writeFileSync(join(defaultRootDir, "docs", "configuration.md"), configurationMarkdown());
writeFileSync(join(defaultRootDir, "docs", "vendor-profiles.md"), utscProfilesMarkdown());
