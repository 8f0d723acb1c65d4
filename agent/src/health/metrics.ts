import type { BuildInfo } from "@pnmlab/protocol";
import type { AgentState } from "../agent.ts";
import { versionRemark } from "../version-remark.ts";
import type { MetricFamily, Sample } from "./exposition.ts";
import type { LoopDelay } from "./loop-delay.ts";

export interface MetricsInput {
  state: AgentState;
  name: string;
  build: BuildInfo;
}

const LINK_STATES = [
  "waiting",
  "dialing",
  "greeting",
  "connected",
  "backing-off",
  "closed",
] as const satisfies readonly AgentState["link"]["name"][];

/** Everything that an agent tells of itself to Prometheus. */
export function agentMetrics({ state, name, build }: MetricsInput): MetricFamily[] {
  return [
    gauge("pnmlab_agent_info", "Which agent this is; always 1.", {
      labels: { agent: name, version: build.version, commit: build.commit },
      value: 1,
    }),
    ...linkMetrics(state, build),
    ...snmpMetrics(state),
    ...pollingMetrics(state),
    ...processMetrics(state.loopDelay),
  ];
}

function linkMetrics({ link, jobs, leases }: AgentState, build: BuildInfo): MetricFamily[] {
  const { failure } = link;
  const remark = link.backend && versionRemark(build, link.backend);
  return [
    gauge(
      "pnmlab_agent_link_state",
      "State of the link to the backend: 1 for the one that it is in.",
      ...LINK_STATES.map((name) => ({ labels: { state: name }, value: Number(link.name === name) })),
    ),
    gauge("pnmlab_agent_link_state_since_timestamp_seconds", "When this state of the link began.", {
      value: link.sinceMs / 1000,
    }),
    gauge(
      "pnmlab_agent_link_failures",
      "Failures in a row of the attempts to connect, by kind; absent while there are none.",
      ...(failure ? [{ labels: { kind: failure.kind, code: failure.code }, value: failure.count }] : []),
    ),
    gauge(
      "pnmlab_agent_version_differs",
      "1 where the backend that is connected is of another build.",
      ...(link.backend ? [{ value: Number(remark !== undefined) }] : []),
    ),
    gauge("pnmlab_agent_jobs", "Requests of the backend that run or wait.", { value: jobs }),
    gauge("pnmlab_agent_leases", "Running tests that the agent ends if the backend goes away.", {
      value: leases,
    }),
  ];
}

function snmpMetrics({ snmp, snmpSessions, refused }: AgentState): MetricFamily[] {
  const samples = (label: string, counts: Readonly<Record<string, number>>): Sample[] =>
    Object.entries(counts).map(([key, value]) => ({ labels: { [label]: key }, value }));
  return [
    gauge("pnmlab_agent_snmp_sessions", "Open SNMP sockets.", { value: snmpSessions }),
    gauge("pnmlab_agent_snmp_running", "SNMP requests on their way.", { value: snmp.running }),
    gauge("pnmlab_agent_snmp_waiting", "SNMP requests that wait for their turn.", { value: snmp.waiting }),
    counter(
      "pnmlab_agent_snmp_requests_total",
      "SNMP requests, walks and tables that were begun, by operation.",
      samples("operation", snmp.requests),
    ),
    counter(
      "pnmlab_agent_snmp_errors_total",
      "SNMP requests, walks and tables that failed, by code.",
      samples("code", snmp.errors),
    ),
    counter(
      "pnmlab_agent_refused_total",
      "What the agent's own settings have refused, by code.",
      samples("code", refused),
    ),
  ];
}

function pollingMetrics({ polling }: AgentState): MetricFamily[] {
  if (!polling) return [];
  const when = (atMs: number | null): Sample[] => (atMs === null ? [] : [{ value: atMs / 1000 }]);
  return [
    gauge("pnmlab_agent_poll_plans", "Polling plans.", { value: polling.plans }),
    gauge("pnmlab_agent_poll_devices", "Devices of polling plans.", { value: polling.devices }),
    gauge("pnmlab_agent_poll_reading", "Devices that are being read.", { value: polling.reading }),
    gauge("pnmlab_agent_poll_waiting", "Devices whose turn has come and that wait.", {
      value: polling.waiting,
    }),
    counter("pnmlab_agent_poll_skipped_total", "Turns that fell out because the one before was not done.", [
      { value: polling.skipped },
    ]),
    gauge("pnmlab_agent_outbox_queued", "Readings that wait to be delivered.", { value: polling.queued }),
    gauge(
      "pnmlab_agent_outbox_oldest_timestamp_seconds",
      "Time of the oldest reading that waits; absent where none does.",
      ...when(polling.oldestAtMs),
    ),
    gauge("pnmlab_agent_outbox_size_bytes", "Size of the outbox.", { value: polling.sizeBytes }),
    gauge("pnmlab_agent_outbox_trouble", "1 while readings are not safe on disk.", {
      value: Number(polling.trouble !== null),
    }),
    counter("pnmlab_agent_outbox_dropped_total", "Readings that were given up for want of room or by age.", [
      { value: polling.dropped },
    ]),
    gauge(
      "pnmlab_agent_outbox_last_clean_up_timestamp_seconds",
      "When the outbox was last cleaned up.",
      ...when(polling.lastCleanUpAtMs),
    ),
    gauge(
      "pnmlab_agent_outbox_last_delivered_timestamp_seconds",
      "When the backend last acknowledged readings.",
      ...when(polling.lastDeliveredAtMs),
    ),
  ];
}

function processMetrics({ p50, p99, max }: LoopDelay): MetricFamily[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return [
    gauge(
      "pnmlab_agent_event_loop_delay_seconds",
      "Delay of the event loop over the last 15 s.",
      { labels: { stat: "p50" }, value: p50 },
      { labels: { stat: "p99" }, value: p99 },
      { labels: { stat: "max" }, value: max },
    ),
    gauge("process_resident_memory_bytes", "Resident memory.", { value: rss }),
    gauge("nodejs_heap_size_used_bytes", "Heap in use.", { value: heapUsed }),
    counter("process_cpu_seconds_total", "Processor time.", [{ value: (user + system) / 1e6 }]),
    gauge("process_start_time_seconds", "When the process started.", {
      value: Math.round(Date.now() / 1000 - process.uptime()),
    }),
  ];
}

function gauge(name: string, help: string, ...samples: Sample[]): MetricFamily {
  return { name, help, type: "gauge", samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, help, type: "counter", samples };
}
