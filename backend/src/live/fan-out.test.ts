import { createLogger } from "@pnmlab/config";
import type { SpectrumFrame, UtscSession } from "@pnmlab/protocol";
import { expect, it } from "vitest";
import { FanOutPublisher } from "./fan-out.ts";

it("gives every taker the same frame, also where an earlier one throws", () => {
  const taken: string[] = [];
  const frame = { sequence: 7 } as SpectrumFrame;
  const takers = ["first", "second"].map((name) => ({
    publishSession: (session: UtscSession) => void taken.push(`${name} ${session.id}`),
    publishFrame: (sessionId: string, { sequence }: SpectrumFrame) => {
      taken.push(`${name} ${sessionId} ${sequence}`);
      if (name === "first") throw new Error("no room");
    },
  }));
  const fanOut = new FanOutPublisher(takers, createLogger("test", "silent"));
  fanOut.publishFrame("s1", frame);
  fanOut.publishSession({ id: "s1" } as UtscSession);
  expect(taken).toEqual(["first s1 7", "second s1 7", "first s1", "second s1"]);
});
