import { describe, expect, it } from "vitest";
import { failureOfError } from "./link-failure.ts";

const dialed = { address: "wss://lab.example:5050", hostName: "lab.example", agentName: "lab-1" };

function coded(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

describe("failureOfError", () => {
  it.each([
    ["ECONNREFUSED", "server-down"],
    ["EHOSTUNREACH", "server-down"],
    ["ECONNRESET", "server-down"],
    ["ENOTFOUND", "wrong-address"],
    ["EAI_AGAIN", "wrong-address"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
    ["CERT_HAS_EXPIRED", "tls"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
    ["HPE_INVALID_CONSTANT", "wrong-address"],
    ["ERR_INVALID_CHAR", "refused"],
  ])("takes %s for %s", (code, kind) => {
    const failure = failureOfError(coded(code), dialed);
    expect(failure).toMatchObject({ kind, code });
    expect(failure.message).toContain(code);
  });

  it("judges an attempt at several addresses by the first of them", () => {
    const error = new AggregateError([coded("ECONNREFUSED"), coded("ENETUNREACH")]);
    expect(failureOfError(error, dialed)).toMatchObject({ kind: "server-down", code: "ECONNREFUSED" });
  });
});
