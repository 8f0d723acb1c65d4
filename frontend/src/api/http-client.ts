import {
  agentAnswerSchema,
  agentFiguresAnswerSchema,
  agentHistorySchema,
  agentListSchema,
  agentTokenAnswerSchema,
  type ChangeAgent,
  captureAnswerSchema,
  captureListSchema,
  channelModemsSchema,
  cmtsListSchema,
  cmtsModemListSchema,
  doctorReportSchema,
  type EnrolAgent,
  frameProvenanceSchema,
  healthSchema,
  keptCaptureSchema,
  rfPortListSchema,
  type StartUtscSession,
  type StopUtscOrphan,
  signedInSchema,
  snmpComparisonSchema,
  tftpProbeSchema,
  utscColumnsAnswerSchema,
  utscDryRunSchema,
  utscOptionsSchema,
  utscOrphanListSchema,
  utscOrphanStoppedSchema,
  utscProfileAnswerSchema,
  utscSessionAnswerSchema,
  utscSessionListSchema,
} from "@pnmlab/protocol";
import { httpEventsClient } from "./events-client.ts";
import type { LabClient, LiveConnection, LiveListener } from "./lab-client.ts";
import { LiveSocket } from "./live-socket.ts";
import type { LiveStage } from "./live-stage.ts";
import { httpMasksClient } from "./masks-client.ts";
import { httpRecordingsClient } from "./recordings-client.ts";
import {
  exchange,
  jsonBody,
  refusalOf,
  request,
  requestBytes,
  TRANSFER_DEADLINE_MS,
  WRITE_DEADLINE_MS,
} from "./request.ts";

/** Of a test of the files' way every rung has its own patience. */
const FILE_WAY_DEADLINE_MS = 180_000;

/** The lab over HTTP and WebSocket, from the origin that served the page. */
export class HttpLabClient implements LabClient {
  readonly events = httpEventsClient;
  readonly recordings = httpRecordingsClient;
  readonly masks = httpMasksClient;
  me = () => request("GET", "/api/me", signedInSchema);
  health = () => request("GET", "/api/health", healthSchema);
  doctor = () => request("GET", "/api/doctor", doctorReportSchema);
  agents = async () => (await request("GET", "/api/agents", agentListSchema)).agents;
  agentHistory = async (limit: number) =>
    (await request("GET", `/api/agent-history?limit=${limit}`, agentHistorySchema)).entries;
  agentFigures = (name: string, afterMs: number) =>
    request("GET", `${agentPath(name)}/figures?after=${afterMs}`, agentFiguresAnswerSchema);
  enrolAgent = (enrol: EnrolAgent) => request("POST", "/api/agents", agentTokenAnswerSchema, jsonBody(enrol));
  changeAgent = async (name: string, change: ChangeAgent) =>
    (await request("PUT", agentPath(name), agentAnswerSchema, jsonBody(change))).agent;
  rotateAgent = (name: string) => request("POST", `${agentPath(name)}/rotate`, agentTokenAnswerSchema);
  revokeAgent = async (name: string) =>
    (await request("POST", `${agentPath(name)}/revoke`, agentAnswerSchema)).agent;
  removeAgent = async (name: string) => {
    const { response, body } = await exchange("POST", `${agentPath(name)}/remove`, WRITE_DEADLINE_MS);
    if (!response.ok)
      throw refusalOf("POST", "the agent's removal", response, new TextDecoder().decode(body));
  };
  cmts = async () => (await request("GET", "/api/cmts", cmtsListSchema)).cmts;
  rfPorts = async (cmtsId: string) =>
    (await request("GET", `${cmtsPath(cmtsId)}/rf-ports`, rfPortListSchema)).rfPorts;
  sessions = async () => (await request("GET", "/api/utsc/sessions", utscSessionListSchema)).sessions;
  startSession = async (start: StartUtscSession) =>
    (await request("POST", "/api/utsc/sessions", utscSessionAnswerSchema, jsonBody(start))).session;
  singleCapture = async (start: StartUtscSession) =>
    (await request("POST", "/api/utsc/sessions/single", utscSessionAnswerSchema, jsonBody(start))).session;
  stopSession = async (sessionId: string) =>
    (
      await request(
        "POST",
        `/api/utsc/sessions/${encodeURIComponent(sessionId)}/stop`,
        utscSessionAnswerSchema,
      )
    ).session;
  sessionColumns = (sessionId: string) =>
    request("GET", `/api/utsc/sessions/${encodeURIComponent(sessionId)}/columns`, utscColumnsAnswerSchema);
  frameOrigin = (sessionId: string, sequence: number) =>
    request(
      "GET",
      `/api/utsc/sessions/${encodeURIComponent(sessionId)}/frames/${sequence}`,
      frameProvenanceSchema,
    );
  /** It waits for the next file. */
  snmpComparison = (sessionId: string) =>
    request(
      "GET",
      `/api/utsc/sessions/${encodeURIComponent(sessionId)}/snmp-result`,
      snmpComparisonSchema,
      {},
      WRITE_DEADLINE_MS,
    );
  tftpProbe = (cmtsId: string, rfPortIfIndex: number) =>
    request(
      "POST",
      `${cmtsPath(cmtsId)}/tftp-probe`,
      tftpProbeSchema,
      jsonBody({ rfPortIfIndex }),
      FILE_WAY_DEADLINE_MS,
    );
  /** It asks every CMTS, and waits for those that are silent. */
  utscOrphans = () => request("GET", "/api/utsc-orphans", utscOrphanListSchema, {}, WRITE_DEADLINE_MS);
  stopUtscOrphan = ({ cmtsId, rfPortIfIndex, cfgIndex, fileName }: StopUtscOrphan) =>
    request(
      "POST",
      "/api/utsc-orphans/stop",
      utscOrphanStoppedSchema,
      jsonBody({ cmtsId, rfPortIfIndex, cfgIndex, fileName }),
    );
  utscOptions = (cmtsId: string, rfPortIfIndex: number) =>
    request("GET", `${cmtsPath(cmtsId)}/rf-ports/${rfPortIfIndex}/utsc-options`, utscOptionsSchema);
  dryRun = (start: StartUtscSession) =>
    request("POST", "/api/utsc/sessions/dry-run", utscDryRunSchema, jsonBody(start));
  utscProfile = (cmtsId: string) => request("GET", `${cmtsPath(cmtsId)}/profile`, utscProfileAnswerSchema);
  chooseUtscProfile = (cmtsId: string, profile: string | null) =>
    request("PUT", `${cmtsPath(cmtsId)}/profile`, utscProfileAnswerSchema, jsonBody({ profile }));
  modems = (cmtsId: string, query: string, limit: number) => {
    const search = new URLSearchParams({ ...(query ? { q: query } : {}), limit: String(limit) });
    // The first question walks the modem tables of the CMTS.
    return request("GET", `${cmtsPath(cmtsId)}/modems?${search}`, cmtsModemListSchema, {}, WRITE_DEADLINE_MS);
  };
  modemsOnChannels = (cmtsId: string, channels: readonly string[], limit: number) => {
    const search = new URLSearchParams({ channels: channels.join(","), limit: String(limit) });
    return request("GET", `${cmtsPath(cmtsId)}/modems?${search}`, cmtsModemListSchema, {}, WRITE_DEADLINE_MS);
  };
  channelModems = (cmtsId: string, channelIfIndex: number) =>
    request("GET", `${cmtsPath(cmtsId)}/upstream-channels/${channelIfIndex}/modems`, channelModemsSchema);
  captures = (before: string | null) =>
    request(
      "GET",
      `/api/captures${before ? `?before=${encodeURIComponent(before)}` : ""}`,
      captureListSchema,
    );
  capture = async (captureId: string) =>
    (await request("GET", `/api/captures/${encodeURIComponent(captureId)}`, captureAnswerSchema)).capture;
  captureBytes = async (captureId: string) =>
    new Uint8Array(await requestBytes(this.captureFileUrl(captureId)));
  keepCapture = (fileName: string, bytes: Uint8Array, modifiedAtMs: number) => {
    const query = new URLSearchParams({ fileName, modifiedAt: new Date(modifiedAtMs).toISOString() });
    const init = { headers: { "content-type": "application/octet-stream" }, body: bytes as BodyInit };
    return request("POST", `/api/captures?${query}`, keptCaptureSchema, init, TRANSFER_DEADLINE_MS);
  };
  captureFileUrl = (captureId: string) => `/api/captures/${encodeURIComponent(captureId)}/data?format=raw`;

  connect(listener: LiveListener, stage: LiveStage): LiveConnection {
    const url = new URL("/ws/live", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return new LiveSocket({
      url: url.href,
      listener,
      probe: () => this.me().then(() => {}),
      open: (address) => stage.openSocket(address),
    });
  }
}

function agentPath(name: string): string {
  return `/api/agents/${encodeURIComponent(name)}`;
}

function cmtsPath(cmtsId: string): string {
  return `/api/cmts/${encodeURIComponent(cmtsId)}`;
}
