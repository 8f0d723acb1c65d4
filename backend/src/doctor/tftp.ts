import type { Config } from "@pnmlab/config";
import { isPnmLabError, messageOf } from "@pnmlab/kit";
import { type BuildInfo, buildInfoSchema } from "@pnmlab/protocol";
import { getFile } from "@pnmlab/tftp-client";
import { z } from "zod";
import { sweepProbeFiles } from "../health/probe-files.ts";
import type { TftpDirectoryLook } from "../health/tftp-directory.ts";
import {
  checkSameDirectory,
  noAnswer,
  type ProbeRemoval,
  type RoundTripOptions,
  removeProbe,
} from "../health/tftp-round-trip.ts";
import { fail, pass, type Verdict, warn } from "../health/verdict.ts";
import { compareBuilds } from "./builds.ts";
import type { CheckFamily, Tell } from "./family.ts";

/** The name under which this product's TFTP server says which code it is. */
const ABOUT_NAME = ".pnmlab-server";

const aboutSchema = z.object({ program: z.string(), ...buildInfoSchema.shape });

/** Each step has its own, so that all of them fit into a run. */
const STEP_DEADLINE_MS = 1500;

export interface TftpChecksOptions {
  server: RoundTripOptions["server"];
  source: RoundTripOptions["source"];
  tftpDir: string;
  cleanup: Config["cleanup"];
  /** Name of the probe file. */
  probeName: string;
  build: BuildInfo;
  lookIntoTftpDir: () => Promise<TftpDirectoryLook>;
}

export function tftpDirectoryCheck({ lookIntoTftpDir, cleanup, tftpDir }: TftpChecksOptions): CheckFamily {
  return {
    checks: [{ id: "tftp.directory", title: "The TFTP directory can be used" }],
    asksOthers: false,
    run: async (tell) => {
      const { verdict, isWritable } = await lookIntoTftpDir();
      const isLess = verdict.status === "pass" && !isWritable && cleanup === "auto";
      tell(
        "tftp.directory",
        isLess
          ? warn(
              verdict.found,
              verdict.expected,
              `give the backend write access to ${tftpDir}, or set PNMLAB_CLEANUP=tftp where it is meant to read alone`,
            )
          : verdict,
      );
    },
  };
}

/** The way of a file: the server answers, stores it where the backend looks, and lets it go again. */
export function tftpServerChecks(options: TftpChecksOptions): CheckFamily {
  return {
    checks: [
      { id: "tftp.server", title: "The TFTP server answers" },
      { id: "tftp.build", title: "The TFTP server runs the backend's code" },
      { id: "tftp.same-directory", title: "The TFTP server writes where the backend reads" },
      { id: "tftp.cleanup", title: "Consumed files can be removed" },
    ],
    asksOthers: true,
    run: async (tell) => {
      const [isAnswering, { verdict: directory }] = await Promise.all([
        askForBuild(options, tell),
        options.lookIntoTftpDir(),
      ]);
      if (!isAnswering) return notTried(options, "tftp.server", tell);
      if (directory.status === "fail") return notTried(options, "tftp.directory", tell);
      await sendAndRemove(options, tell);
    },
  };
}

function notTried({ tftpDir, server }: TftpChecksOptions, because: string, tell: Tell): void {
  const fix = `see ${because}`;
  tell(
    "tftp.same-directory",
    warn("not tried", `a file sent to ${server.host}:${server.port} appears in ${tftpDir}`, fix),
  );
  tell("tftp.cleanup", warn("not tried", CLEANUP_EXPECTED, fix));
}

/** Reads the name under which our server tells its build: whatever comes, it is an answer. */
async function askForBuild({ server, build }: TftpChecksOptions, tell: Tell): Promise<boolean> {
  const where = `the TFTP server on ${server.host}:${server.port}`;
  const answering = "an answer to a read request";
  const expected = `commit ${build.commit}, or another product's server`;
  try {
    const bytes = await getFile({
      ...server,
      name: ABOUT_NAME,
      maxBytes: 4096,
      deadlineMs: STEP_DEADLINE_MS,
      retransmitMs: STEP_DEADLINE_MS / 3,
    });
    tell("tftp.server", pass(`${where} answers`, answering));
    tell("tftp.build", judgeAbout(bytes, build, where, expected));
    return true;
  } catch (error) {
    if (isPnmLabError(error, "TFTP_REFUSED")) {
      tell("tftp.server", pass(`${where} answers`, answering));
      tell("tftp.build", pass(`${where} is of another product and tells no build`, expected));
      return true;
    }
    tell(
      "tftp.server",
      isPnmLabError(error, "TFTP_TIMEOUT")
        ? noAnswer(server, answering)
        : fail(
            `${where} cannot be used (${messageOf(error)})`,
            answering,
            "check PNMLAB_TFTP_HOST and PNMLAB_TFTP_PORT",
          ),
    );
    tell("tftp.build", warn(`not known: ${where} does not answer`, expected, "see tftp.server"));
    return false;
  }
}

function judgeAbout(bytes: Uint8Array, build: BuildInfo, where: string, expected: string): Verdict {
  const about = aboutSchema.safeParse(parseJson(Buffer.from(bytes).toString("utf8")));
  return about.success
    ? compareBuilds(build, about.data, where)
    : warn(`${where} has a file ${ABOUT_NAME} that does not tell a build`, expected, `remove ${ABOUT_NAME}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function sendAndRemove(options: TftpChecksOptions, tell: Tell): Promise<void> {
  const { server, source, tftpDir } = options;
  const trip = { server, source, tftpDir, name: options.probeName, deadlineMs: STEP_DEADLINE_MS };
  const { verdict, isStored } = await checkSameDirectory(trip);
  tell("tftp.same-directory", verdict);
  if (isStored) {
    const removal = await removeProbe(trip);
    const isHere = verdict.status === "pass";
    tell("tftp.cleanup", isHere ? judgeRemoval(removal, wayOut(options), options) : notJudged(removal));
  } else tell("tftp.cleanup", warn("not tried", CLEANUP_EXPECTED, "see tftp.same-directory"));
  await sweepProbeFiles(tftpDir);
}

/** Fetched files lie at the server: no unlinking here reaches them. */
function wayOut({ source, cleanup }: TftpChecksOptions): Config["cleanup"] {
  return source === "tftp" && cleanup === "auto" ? "tftp" : cleanup;
}

const CLEANUP_EXPECTED = "a consumed file goes, by unlinking it or by an empty file written over it";

function notJudged({ overTftp }: ProbeRemoval): Verdict {
  const found = overTftp.ok
    ? "the probe file was emptied over TFTP in the folder of the server"
    : `the probe file was left in the folder of the server (${overTftp.reason})`;
  return warn(found, CLEANUP_EXPECTED, "see tftp.same-directory");
}

/** The way that PNMLAB_CLEANUP names must work; the other one is of use when it does not. */
export function judgeRemoval(
  { overTftp, byUnlink }: ProbeRemoval,
  cleanup: Config["cleanup"],
  { server }: Pick<TftpChecksOptions, "server">,
): Verdict {
  const tftp = overTftp.ok
    ? "an empty file can be written over it by TFTP"
    : `emptying it over TFTP fails (${overTftp.reason})`;
  const unlink = byUnlink.ok ? "it can be unlinked" : `unlinking it fails (${byUnlink.reason})`;
  const found = `${unlink}; ${tftp}`;
  const isPossible = { unlink: byUnlink.ok, tftp: overTftp.ok, auto: byUnlink.ok || overTftp.ok }[cleanup];
  const overwriting = `let the TFTP server on ${server.host}:${server.port} overwrite files`;
  const unlinking = "give the backend write access to PNMLAB_TFTP_DIR";
  if (!isPossible) {
    const fix = { unlink: unlinking, tftp: overwriting, auto: `${unlinking}, or ${overwriting}` }[cleanup];
    return fail(found, CLEANUP_EXPECTED, fix);
  }
  if (!overTftp.ok) return warn(found, CLEANUP_EXPECTED, overwriting);
  return pass(found, CLEANUP_EXPECTED);
}
