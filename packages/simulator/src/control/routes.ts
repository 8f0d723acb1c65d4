import { PnmLabError } from "@pnmlab/kit";
import { z } from "zod";
import { faultSchema } from "../device/fault.ts";
import type { Simulator } from "../simulator.ts";

const downMs = z.number().int().min(0).max(3_600_000).default(0);
const rebootSchema = z.strictObject({ downMs }).prefault({});
const noBody = z.strictObject({}).prefault({});

type Handler = (simulator: Simulator, parameters: string[], body: unknown) => unknown;

/** Method, path with a group per parameter, and what it does. */
const ROUTES: readonly [string, RegExp, Handler][] = [
  ["GET", /^\/devices$/, (simulator) => simulator.devices],
  ["GET", /^\/devices\/([^/]+)$/, (simulator, [name]) => deviceOf(simulator, name!)],
  [
    "GET",
    /^\/devices\/([^/]+)\/ports\/(\d+)$/,
    (simulator, [name, rfPort]) => ({
      measStatus: simulator.measStatus(name!, Number(rfPort)) ?? null,
      truth: simulator.truth(name!, Number(rfPort)),
    }),
  ],
  ["GET", /^\/devices\/([^/]+)\/requests$/, (simulator, [name]) => simulator.recorded(name!)],
  ["GET", /^\/devices\/([^/]+)\/faults$/, (simulator, [name]) => simulator.injector(name!).active],
  [
    "POST",
    /^\/devices\/([^/]+)\/faults$/,
    (simulator, [name], body) => {
      const fault = faultSchema.parse(body);
      return { id: simulator.injector(name!).inject(fault) };
    },
  ],
  [
    "DELETE",
    /^\/devices\/([^/]+)\/faults$/,
    (simulator, [name]) => {
      simulator.injector(name!).clear();
      return {};
    },
  ],
  [
    "DELETE",
    /^\/devices\/([^/]+)\/faults\/(\d+)$/,
    (simulator, [name, id]) => {
      if (simulator.injector(name!).remove(Number(id))) return {};
      throw new PnmLabError("UNKNOWN_FAULT", `${name} has no fault ${id}`);
    },
  ],
  [
    "POST",
    /^\/devices\/([^/]+)\/reboot$/,
    (simulator, [name], body) => {
      simulator.reboot(name!, rebootSchema.parse(body).downMs);
      return {};
    },
  ],
  [
    "POST",
    /^\/devices\/([^/]+)\/ports\/(\d+)\/modify-interface$/,
    (simulator, [name, rfPort], body) => {
      noBody.parse(body);
      simulator.modifyInterface(name!, Number(rfPort));
      return {};
    },
  ],
  [
    "POST",
    /^\/devices\/([^/]+)\/ports\/(\d+)\/drop-rows$/,
    (simulator, [name, rfPort], body) => {
      noBody.parse(body);
      simulator.dropRows(name!, Number(rfPort));
      return {};
    },
  ],
];

function deviceOf(simulator: Simulator, name: string) {
  const counters = simulator.counters(name);
  const { rfPorts, ...device } = simulator.devices.find((candidate) => candidate.name === name)!;
  return {
    ...device,
    counters,
    rfPorts: rfPorts.map((port) => ({
      ...port,
      measStatus: simulator.measStatus(name, port.ifIndex) ?? null,
    })),
  };
}

/**
 * Carries out one call of the control API.
 *
 * @throws PnmLabError `NO_SUCH_ROUTE`, `METHOD_NOT_ALLOWED`, `UNKNOWN_...`, or a ZodError for a wrong body
 */
export function callRoute(simulator: Simulator, method: string, path: string, body: unknown): unknown {
  const matching = ROUTES.filter(([, pattern]) => pattern.test(path));
  if (matching.length === 0) throw new PnmLabError("NO_SUCH_ROUTE", `there is nothing at ${path}`);
  const route = matching.find(([candidate]) => candidate === method);
  if (!route) throw new PnmLabError("METHOD_NOT_ALLOWED", `${path} does not take ${method}`);
  const [, pattern, handler] = route;
  return handler(simulator, pattern.exec(path)!.slice(1).map(decodeURIComponent), body);
}
