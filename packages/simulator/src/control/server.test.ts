import { request } from "node:http";
import { utscCfg, utscStatus } from "@pnmlab/docsis-mib";
import { expect, test } from "vitest";
import { CMTS, configure, initiate, setDestination, startLab, until } from "../testing/lab.ts";
import { ControlServer } from "./server.ts";

interface ControlAnswer {
  result: { id: number; rfPorts: object[] } & object;
  error: { code: string };
}

async function startControl() {
  const stack = new AsyncDisposableStack();
  const lab = stack.use(await startLab());
  const control = stack.use(await ControlServer.listen(lab.simulator, 0));
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`http://127.0.0.1:${control.port}${path}`, {
      method,
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, ...((await response.json()) as ControlAnswer) };
  };
  return { lab, control, call, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("a scenario is a few calls: a busy port, a wrong name, a restart", async () => {
  await using it = await startControl();
  const { lab, call } = it;
  const device = `/devices/${CMTS}`;
  const { result } = await call("POST", `${device}/faults`, { kind: "otherManager", rfPort: lab.rf });
  expect(await lab.manager.number(utscStatus.measStatus, ...lab.row)).toBe(3);
  expect((await call("GET", device)).result.rfPorts[0]).toMatchObject({
    ifIndex: lab.rf,
    measStatus: "busy",
  });
  await call("DELETE", `${device}/faults/${result.id}`);
  expect((await lab.manager.get(utscCfg.rowStatus, ...lab.row)).type).toBe("noSuchInstance");

  await call("POST", `${device}/faults`, {
    kind: "upload",
    behaviour: { kind: "wrongName", name: "x-*" },
    times: 1,
  });
  await setDestination(lab);
  const span = { centerFreqHz: 50_000_000, spanHz: 80_000_000, numBins: 200, repeatPeriodUs: 0 };
  await configure(lab, { ...span, filename: "one", destinationIndex: 1 });
  await initiate(lab);
  await until(async () => (await lab.files()).length === 1);
  expect(await lab.files()).toEqual(["x-one"]);

  expect((await call("POST", `${device}/reboot`)).status).toBe(200);
  expect((await call("GET", `${device}/ports/${lab.rf}`)).result).toMatchObject({
    measStatus: null,
    truth: { label: "Node Abel" },
  });
});

test("faults are listed, removed one by one, and cleared", async () => {
  await using it = await startControl();
  const { lab, call } = it;
  const faults = `/devices/${CMTS}/faults`;
  await call("POST", faults, { kind: "network", delayMs: 5, requestLoss: 0.1 });
  await call("POST", faults, { kind: "clockSkew", skewMs: -60_000 });
  expect((await call("GET", faults)).result).toEqual([
    { id: 1, fault: { kind: "network", delayMs: 5, requestLoss: 0.1 } },
    { id: 2, fault: { kind: "clockSkew", skewMs: -60_000 } },
  ]);
  expect(lab.simulator.faults(CMTS)).toMatchObject({ latencyMs: 5, requestLoss: 0.1 });
  expect((await call("DELETE", `${faults}/9`)).status).toBe(404);
  await call("DELETE", faults);
  expect((await call("GET", faults)).result).toEqual([]);
  expect(lab.simulator.faults(CMTS)).toMatchObject({ latencyMs: 0, requestLoss: 0 });
});

test.each([
  ["POST", `/devices/${CMTS}/faults`, { kind: "storm" }, 400, "BAD_REQUEST"],
  ["POST", `/devices/${CMTS}/faults`, { kind: "clockSkew", skewMs: 1, more: 2 }, 400, "BAD_REQUEST"],
  ["POST", `/devices/${CMTS}/faults`, "{", 400, "BAD_JSON"],
  ["POST", `/devices/${CMTS}/faults`, "x".repeat(70_000), 413, "BODY_TOO_LARGE"],
  [
    "POST",
    `/devices/${CMTS}/faults`,
    { kind: "object", object: "docsNoSuch", behaviour: { kind: "ignoreSet" } },
    404,
    "UNKNOWN_OBJECT",
  ],
  ["POST", `/devices/${CMTS}/faults`, { kind: "otherManager", rfPort: 7 }, 404, "UNKNOWN_PORT"],
  ["GET", "/devices/nobody", undefined, 404, "UNKNOWN_DEVICE"],
  ["GET", "/nothing", undefined, 404, "NO_SUCH_ROUTE"],
  ["PUT", "/devices", {}, 405, "METHOD_NOT_ALLOWED"],
])("%s %s with %j is refused by name", async (method, path, body, status, code) => {
  await using it = await startControl();
  expect(await it.call(method, path, body)).toMatchObject({ status, ok: false, error: { code } });
});

test.each([{ host: "evil.example" }, { origin: "http://evil.example" }])(
  "what a web page could send is not taken: %o",
  async (headers) => {
    await using it = await startControl();
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    request({ host: "127.0.0.1", port: it.control.port, path: "/devices", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).end();
    expect(await promise).toBe(403);
  },
);

test("a taken port is named", async () => {
  await using it = await startControl();
  await expect(ControlServer.listen(it.lab.simulator, it.control.port)).rejects.toMatchObject({
    code: "PORT_IN_USE",
  });
});
