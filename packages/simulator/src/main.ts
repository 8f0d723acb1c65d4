import { runProgram, untilAborted } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import { checkSimulator } from "./check.ts";
import { ControlServer } from "./control/server.ts";
import { type CommandLine, describePersonality, devicesOf, HELP, parseCommandLine } from "./options.ts";
import { Simulator } from "./simulator.ts";

const line = commandLine();
if (line?.help) process.stdout.write(HELP);
else if (line?.describe) process.stdout.write(describePersonality(line.describe));
else if (line) {
  await runProgram(
    "simulator",
    async ({ config, build, log, signal, ready }) => {
      await using simulator = await Simulator.start({ devices: devicesOf(line, config), build, log });
      await using control =
        line.controlPort === undefined ? undefined : await ControlServer.listen(simulator, line.controlPort);
      if (control) log.info({ port: control.port }, "the control API listens on loopback");
      ready();
      await untilAborted(signal);
    },
    { args: line.rest, check: checkSimulator },
  );
}

function commandLine(): CommandLine | undefined {
  try {
    return parseCommandLine(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`simulator: ${messageOf(error)}\n`);
    process.exitCode = 1;
    return undefined;
  }
}
