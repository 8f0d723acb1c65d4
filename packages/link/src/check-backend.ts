import { isPnmLabError } from "@pnmlab/kit";
import {
  AGENT_CHECK_HEADER,
  AGENT_NAME_HEADER,
  AGENT_PATH,
  AGENT_PROTOCOL_HEADER,
  AGENT_PROTOCOL_VERSION,
  type AgentCheck,
  agentCheckSchema,
} from "@pnmlab/protocol";
import WebSocket from "ws";
import { dialOptionsFor } from "./dial.ts";
import {
  type DialedAddress,
  failureOfAnswer,
  failureOfEarlyClose,
  failureOfError,
  failureOfSetup,
  type LinkFailure,
} from "./link-failure.ts";
import { type AgentLinkOptions, DEFAULT_TIMINGS } from "./link-options.ts";
import { readRefusalBody } from "./refusal-body.ts";

export type BackendCheck =
  | { ok: true; check: AgentCheck; roundTripMs: number }
  | { ok: false; failure: LinkFailure };

/**
 * Asks the backend, on the way that the agent's connection takes, whether it would let the agent in.
 * Neither a running agent of this name nor what it does is disturbed.
 */
export async function checkBackend({
  backendUrl,
  name,
  token,
  way = {},
  timings,
}: Pick<AgentLinkOptions, "backendUrl" | "name" | "token" | "way" | "timings">): Promise<BackendCheck> {
  const url = new URL(backendUrl);
  const dialed: DialedAddress = {
    address: `${url.protocol}//${url.host}`,
    hostName: url.hostname,
    agentName: name,
  };
  const { handshakeMs } = { ...DEFAULT_TIMINGS, ...timings };
  const startMs = performance.now();
  let socket: WebSocket;
  try {
    socket = new WebSocket(`${dialed.address}${url.pathname.replace(/\/+$/, "")}${AGENT_PATH}`, {
      ...dialOptionsFor(url, way, handshakeMs),
      headers: {
        authorization: `Bearer ${typeof token === "string" ? token : token()}`,
        [AGENT_NAME_HEADER]: name,
        [AGENT_PROTOCOL_HEADER]: String(AGENT_PROTOCOL_VERSION),
        [AGENT_CHECK_HEADER]: "1",
      },
      perMessageDeflate: false,
      handshakeTimeout: handshakeMs,
    });
  } catch (error) {
    const failure = isPnmLabError(error) ? failureOfSetup(error) : failureOfError(error, dialed);
    return { ok: false, failure };
  }
  return new Promise((resolve) => {
    const fail = (failure: LinkFailure) => resolve({ ok: false, failure });
    socket.on("error", (error) => fail(failureOfError(error, dialed)));
    // Whoever opens a WebSocket on this question is no backend, or one that does not know it.
    socket.on("open", () => {
      fail(failureOfEarlyClose(1005, "", dialed));
      socket.terminate();
    });
    socket.on("unexpected-response", (_request, response) => {
      const roundTripMs = Math.round(performance.now() - startMs);
      void readRefusalBody(response, handshakeMs).then((body) => {
        const check = response.statusCode === 200 ? parseCheck(body) : undefined;
        if (check) resolve({ ok: true, check, roundTripMs });
        else fail(failureOfAnswer(response.statusCode ?? 0, body, dialed));
      });
    });
  });
}

function parseCheck(body: string): AgentCheck | undefined {
  try {
    return agentCheckSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
