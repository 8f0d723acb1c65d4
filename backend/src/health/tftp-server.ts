import type { Probe } from "./check.ts";
import { probeName, sweepProbeFiles } from "./probe-files.ts";
import { checkSameDirectory, type RoundTripOptions, removeProbe } from "./tftp-round-trip.ts";
import { resultOf } from "./verdict.ts";

export interface TftpServerProbeOptions extends Pick<RoundTripOptions, "server" | "source" | "tftpDir"> {
  /** Tells this installation from others. */
  dataDir: string;
}

/** Sends a small file to the TFTP server now and then and looks whether it comes to the backend. */
export function tftpServerProbe(options: TftpServerProbeOptions): Probe {
  const { server, source, tftpDir } = options;
  const trip = { server, source, tftpDir, name: probeName(options, "health") };
  return {
    name: "tftpServer",
    everyMs: 30_000,
    everyMsUnlessOk: 3000,
    run: async () => {
      await sweepProbeFiles(tftpDir);
      const { verdict, isStored } = await checkSameDirectory(trip);
      if (isStored) await removeProbe(trip);
      return resultOf(verdict);
    },
  };
}
