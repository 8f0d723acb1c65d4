import { createLogger, readBuildInfo } from "@pnmlab/config";
import { startAgent } from "../../../agent/src/index.ts";

// The agent of the benchmark, in a process of its own: `agent-program.ts BACKEND_URL TOKEN`. Writes its memory
// in octets and its processor time in microseconds to standard output each time a line comes in.

const [backendUrl = "", token = ""] = process.argv.slice(2);
const communities = { readCommunity: "public", writeCommunity: "private" };
const agent = startAgent({
  backendUrl,
  name: "lab-1",
  token,
  profiles: [
    { name: "modem", version: "v2c", ...communities },
    { name: "cmts", version: "v2c", ...communities, maxOutstanding: 32 },
  ],
  targets: ["127.0.0.0/8"],
  setSubtrees: [],
  build: readBuildInfo(),
  log: createLogger("bench", "error"),
});
await agent.untilConnected();
process.stdout.write("ready\n");
process.stdin.on("data", () => {
  const { user, system } = process.cpuUsage();
  process.stdout.write(`${process.memoryUsage().rss} ${user + system}\n`);
});
process.stdin.on("end", () => void agent.close().then(() => process.exit(0)));
