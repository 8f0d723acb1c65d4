import { decodeSpectrumFrame, type PlantEvent, type UtscSession } from "@pnmlab/protocol";
import { type Scenario, scenarios } from "@pnmlab/simulator";
import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { labApi } from "./lab-api.ts";

// A station that is so strong while it is keyed that the converter's samples stand at the end of their range.
const [plant] = scenarios.clean.ports;
const scenario: Scenario = {
  name: "overdriven",
  ports: [
    {
      ...plant!,
      carriers: [
        {
          kind: "amateur",
          label: "overdriving",
          frequencyHz: 28_400_000,
          levelDbmv: 45,
          gate: { onS: [1, 2], offS: [2, 3] },
        },
      ],
    },
  ],
};

let lab: TestLab;

const { ask } = labApi(() => lab);

beforeAll(async () => {
  lab = await startTestLab({ cmts: [{ name: "lab-cmts-1", personality: "generic", scenario }] });
});

afterAll(() => lab?.[Symbol.asyncDispose]());

async function sharesAt(path: string): Promise<number[]> {
  const bytes = await (await ask(path)).arrayBuffer();
  const view = new DataView(bytes);
  const shares: number[] = [];
  for (let at = 0; at < bytes.byteLength; at += 4 + view.getUint32(at, true)) {
    const frame = decodeSpectrumFrame(bytes.slice(at + 4, at + 4 + view.getUint32(at, true)));
    shares.push(frame.clippedShare ?? 0);
  }
  return shares;
}

test("samples at full scale in capture files are an event of the receiver, with the share in its frames", async () => {
  const [device] = lab.simulator.devices;
  const { session } = (await (
    await ask("/api/utsc/sessions", {
      cmtsId: "lab-cmts-1",
      rfPortIfIndex: device!.rfPorts[0]!.ifIndex,
      centerFrequencyHz: 51_200_000,
      spanHz: 102_400_000,
      bins: 2048,
      repeatPeriodUs: 100_000,
      outputFormat: "timeIQ",
    })
  ).json()) as { session: UtscSession };
  const raised = async () => {
    const query = `/api/events?kind=receiverOverload&sessionId=${session.id}`;
    const { events } = (await (await ask(query)).json()) as { events: PlantEvent[] };
    return events;
  };
  await expect.poll(async () => (await raised())[0]?.count ?? 0, { timeout: 120_000 }).toBeGreaterThan(5);
  const [event, ...others] = await raised();
  expect(others).toEqual([]);
  expect(event!.detector).toBe("D9");
  // The tone reaches 10 dB over the range: it is clipped for most of its time.
  expect(event!.evidence.value).toBeGreaterThan(0.7);
  const shares = await sharesAt(`/api/events/${event!.id}/evidence`);
  expect(shares).toHaveLength(5);
  expect(Math.max(...shares)).toBeCloseTo(event!.evidence.value, 9);
});
