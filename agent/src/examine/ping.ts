import { execFile } from "node:child_process";

export type PingResult = { outcome: "answered" | "silent" | "not-here"; detail: string };

const WAIT_S = 2;

/** One ICMP echo by the machine's own `ping`: sending one needs rights that the agent does not have. */
export function ping(address: string): Promise<PingResult> {
  return new Promise((resolve) => {
    const args = ["-n", "-c", "1", "-W", String(WAIT_S), address];
    execFile("ping", args, { timeout: (WAIT_S + 2) * 1000 }, (error, stdout, stderr) => {
      if (!error) {
        const [, time] = /time[=<]([\d.]+ ?ms)/.exec(stdout) ?? [];
        resolve({ outcome: "answered", detail: time ? `in ${time}` : "" });
      } else if (error.code === 1 || error.killed) {
        resolve({ outcome: "silent", detail: `within ${WAIT_S} s` });
      } else {
        const why = (error as NodeJS.ErrnoException).code as unknown;
        const detail = why === "ENOENT" ? "it is not installed" : stderr.trim().split("\n", 1)[0]!;
        resolve({ outcome: "not-here", detail });
      }
    });
  });
}
