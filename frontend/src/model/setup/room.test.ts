import type { UtscRoom } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { roomWords } from "./room.ts";

const chassis: UtscRoom = {
  scope: "chassis",
  name: null,
  most: null,
  text: null,
  source: null,
  holders: [],
  isFull: false,
};

test("a port's own session is not counted, and the words say so", () => {
  expect(roomWords(chassis, true)).toBe("0 running besides this port, no limit known");
  expect(roomWords(chassis, false)).toBe("0 running, no limit known");
  expect(roomWords({ ...chassis, most: 2, holders: ["another"] }, true)).toBe(
    "1 of 2 in use besides this port",
  );
});
