import { bulkFileStatus } from "@pnmlab/docsis-mib";
import { PnmLabError } from "@pnmlab/kit";
import type { SnmpTarget, Varbind } from "@pnmlab/protocol";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../_test/ingest.ts";
import { recordingLog } from "../_test/support.ts";
import type { SnmpGateway } from "../contracts.ts";
import { FileStatusPoll } from "./file-status-poll.ts";

/** Two CMTSs, of which one does not answer. */
function gateway(): SnmpGateway {
  const text = (value: string) => Buffer.from(value).toString("hex");
  const rows = [
    { index: 1, name: "/pnm/utsc/pnmlab_a_c1_sent", status: 4 },
    { index: 2, name: "pnmlab_a_c1_on-its-way", status: 3 },
    { index: 3, name: "pnmlab_a_c1_stays", status: 2 },
  ];
  const refuse = () => Promise.reject(new PnmLabError("NOT_ASKED", "not asked"));
  return {
    available: true,
    sentence: "agent lab-1 is connected",
    get: refuse,
    set: refuse,
    reach: () => ({ available: true, sentence: "agent lab-1 is connected" }),
    onAvailabilityChange: () => () => {},
    walk: async (target: SnmpTarget, oid: string): Promise<Varbind[]> => {
      if (target.host === "down") throw new PnmLabError("SNMP_TIMEOUT", "down did not answer");
      return rows.map(({ index, name, status }) =>
        oid === bulkFileStatus.fileStatus.oid
          ? { oid: `${oid}.${index}`, value: { type: "Integer", value: status } }
          : { oid: `${oid}.${index}`, value: { type: "OctetString", value: text(name) } },
      ) as Varbind[];
    },
  };
}

test("names of files that a CMTS has sent are reported, and one that does not answer is told of once", async () => {
  const { log, lines } = recordingLog();
  const reported: string[] = [];
  const target = (id: string) => ({ id, host: id, port: 161, profile: "lab" });
  const poll = new FileStatusPoll({
    targets: [target("down"), target("up")],
    snmp: gateway(),
    log,
    everyMs: 20,
    onReported: (name) => reported.push(name),
  });
  onTestFinished(() => poll[Symbol.asyncDispose]());
  await until(() => reported.length >= 3);
  expect(new Set(reported)).toEqual(new Set(["/pnm/utsc/pnmlab_a_c1_sent"]));
  expect(lines.filter((line) => line.includes("CMTS down does not tell"))).toHaveLength(1);
});
