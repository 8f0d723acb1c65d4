import { isPnmLabError, PnmLabError } from "@pnmlab/kit";
import type { BackendToAgent } from "@pnmlab/protocol";
import { describe, expect, it } from "vitest";
import { RequestManager } from "./request-manager.ts";

const target = { host: "127.0.0.1", port: 161, profile: "sim" };
const get = { target, oids: ["1.3.6.1.2.1.1.1.0"] };
const answer = {
  varbinds: [{ oid: "1.3.6.1.2.1.1.1.0", value: { type: "OctetString", value: "61" } }],
};

function managerWithWire(graceMs = 0) {
  const sent: BackendToAgent[] = [];
  const manager = new RequestManager({ send: (message) => void sent.push(message), graceMs });
  return { manager, sent };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "resolved";
  } catch (error) {
    return isPnmLabError(error) ? error.code : String(error);
  }
}

describe("RequestManager", () => {
  it("resolves with the checked result of the answer that carries the request's id", async () => {
    const { manager, sent } = managerWithWire();
    const first = manager.request("snmp.get", get, { deadlineMs: 5000 });
    const second = manager.request("lease.release", { leaseId: "a" }, { deadlineMs: 5000 });
    expect(sent.map((message) => message.type === "request" && message.id)).toEqual([1, 2]);
    manager.settle({ type: "response", id: 2, ok: true, result: {} });
    manager.settle({ type: "response", id: 1, ok: true, result: answer });
    expect(await first).toEqual(answer);
    expect(await second).toEqual({});
    expect(manager.pending).toBe(0);
  });

  it("takes an answer that arrives while the request is still being sent", async () => {
    const manager: RequestManager = new RequestManager({
      send: (message) => {
        if (message.type === "request")
          manager.settle({ type: "response", id: message.id, ok: true, result: answer });
      },
    });
    expect(await manager.request("snmp.get", get, { deadlineMs: 1 })).toEqual(answer);
  });

  it("rejects with the agent's own code, message and details", async () => {
    const { manager } = managerWithWire();
    const promise = manager.request("snmp.get", get, { deadlineMs: 5000 });
    const error = { code: "SNMP_TIMEOUT", message: "no answer", details: { attempts: 3 } };
    manager.settle({ type: "response", id: 1, ok: false, error });
    await expect(promise).rejects.toMatchObject(error);
  });

  it("rejects a result that does not fit the method", async () => {
    const { manager } = managerWithWire();
    const promise = manager.request("snmp.get", get, { deadlineMs: 5000 });
    manager.settle({ type: "response", id: 1, ok: true, result: { varbinds: [{ oid: "x" }] } });
    expect(await codeOf(promise)).toBe("AGENT_BAD_RESULT");
  });

  it("gives up after the deadline, tells the agent and counts the answer that comes later", async () => {
    const { manager, sent } = managerWithWire();
    expect(await codeOf(manager.request("snmp.get", get, { deadlineMs: 20 }))).toBe("AGENT_DEADLINE");
    expect(sent.at(-1)).toEqual({ type: "cancel", id: 1 });
    manager.settle({ type: "response", id: 1, ok: true, result: answer });
    manager.settle({ type: "response", id: 77, ok: true, result: answer });
    expect([manager.lateAnswers, manager.unknownAnswers]).toEqual([1, 1]);
  });

  it("cancels at the agent when the caller's signal aborts", async () => {
    const { manager, sent } = managerWithWire();
    const controller = new AbortController();
    const promise = manager.request("snmp.get", get, { deadlineMs: 5000, signal: controller.signal });
    controller.abort(new PnmLabError("SESSION_ENDED", "the session ended"));
    expect(await codeOf(promise)).toBe("SESSION_ENDED");
    expect(sent.at(-1)).toEqual({ type: "cancel", id: 1 });
    expect(await codeOf(manager.request("snmp.get", get, { deadlineMs: 1, signal: controller.signal }))).toBe(
      "SESSION_ENDED",
    );
    expect(sent).toHaveLength(2);
  });

  it("rejects what waits and what comes after a close, naming each request", async () => {
    const { manager } = managerWithWire();
    const waiting = manager.request("snmp.get", get, { deadlineMs: 5000 });
    manager.close(new PnmLabError("AGENT_LINK_LOST", "the agent's connection was lost"));
    await expect(waiting).rejects.toMatchObject({
      code: "AGENT_LINK_LOST",
      message: "snmp.get #1: the agent's connection was lost",
    });
    expect(await codeOf(manager.request("snmp.get", get, { deadlineMs: 5000 }))).toBe("AGENT_LINK_LOST");
    expect(manager.pending).toBe(0);
  });

  it("rejects a request that cannot be sent", async () => {
    const manager = new RequestManager({
      send: () => {
        throw new Error("not open");
      },
    });
    expect(await codeOf(manager.request("snmp.get", get, { deadlineMs: 5000 }))).toBe("AGENT_SEND_FAILED");
    expect(manager.pending).toBe(0);
  });
});
