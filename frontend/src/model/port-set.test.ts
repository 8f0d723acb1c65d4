import type { PlantEvent } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { commonEvents, portsOfText, textOfPorts } from "./port-set.ts";

test("ports are written into an address and read back, each once", () => {
  const ports = [
    { cmtsId: "cmts-1", rfPortIfIndex: 72 },
    { cmtsId: "a,b:c", rfPortIfIndex: 73 },
  ];
  expect(portsOfText(textOfPorts(ports))).toEqual(ports);
  expect(portsOfText("cmts-1:72,cmts-1:72,nonsense")).toEqual([ports[0]]);
});

test("numbers alone are ports of the CMTS of the page, and more than 24 are cut off", () => {
  expect(portsOfText("72,73", "x")).toEqual([
    { cmtsId: "x", rfPortIfIndex: 72 },
    { cmtsId: "x", rfPortIfIndex: 73 },
  ]);
  expect(portsOfText("72")).toEqual([]);
  expect(portsOfText(Array.from({ length: 30 }, (_, index) => index).join(","), "x")).toHaveLength(24);
});

test("an event that stands on several ports at once is told once, with all of them", () => {
  const event = (id: string, rfPortIfIndex: number, alsoOn: string[]) =>
    ({
      id,
      cmtsId: "x",
      rfPortIfIndex,
      rfPortName: `us ${rfPortIfIndex}`,
      state: "raised",
      muted: false,
      alsoOn,
    }) as unknown as PlantEvent;
  const events = [event("a", 1, ["b"]), event("b", 2, ["a"]), event("c", 3, [])];
  const ports = [1, 2, 3].map((rfPortIfIndex) => ({ cmtsId: "x", rfPortIfIndex }));
  const common = commonEvents(events, ports);
  expect(common.map(({ event: { id }, onPorts }) => [id, onPorts])).toEqual([["a", ["us 1", "us 2"]]]);
  expect(commonEvents(events, ports.slice(2))).toEqual([]);
});
