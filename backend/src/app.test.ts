import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { openTestBackend, refusalOf, temporaryFolder } from "./_test/support.ts";

const START = {
  cmtsId: "lab-cmts-1",
  rfPortIfIndex: 5,
  centerFrequencyHz: 40_000_000,
  spanHz: 80_000_000,
  bins: 1600,
  repeatPeriodUs: 50_000,
  outputFormat: "fftPower",
};

async function routesOf(backend: Awaited<ReturnType<typeof openTestBackend>>) {
  const response = await fetch(`${backend.url}/api/docs/json`, { headers: backend.signedIn });
  const document = (await response.json()) as { paths: Record<string, Record<string, unknown>> };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
  );
}

test("every route but health refuses who is not signed in", async () => {
  const backend = await openTestBackend();
  const routes = [
    ...(await routesOf(backend)),
    ...["/api/docs", "/api/docs/json", "/api/docs/static/swagger-ui.css", "/api/no-such-thing"].map(
      (path) => ({
        path,
        method: "GET",
      }),
    ),
  ];
  expect(routes.length).toBeGreaterThan(12);
  for (const { path, method } of routes.filter((route) => route.path !== "/api/health")) {
    const response = await fetch(backend.url + path.replace("{id}", "1"), { method });
    expect([method, path, response.status]).toEqual([method, path, 401]);
    expect(await response.json()).toMatchObject({ error: { code: "NOT_SIGNED_IN" } });
  }
});

test("an address in another spelling does not slip past the sign-in", async () => {
  const backend = await openTestBackend();
  for (const path of ["/%61pi/me", "/api/%6de", "//api/me", "/API/me", "/api//me", "/api/me/"]) {
    const response = await fetch(backend.url + path);
    expect([path, response.status === 200 && (await response.text()).includes("operator")]).toEqual([
      path,
      false,
    ]);
  }
});

test("health tells strangers the status and the build, and the checks only to who is signed in", async () => {
  const backend = await openTestBackend();
  const asStranger = await fetch(`${backend.url}/api/health`);
  expect(Object.keys((await asStranger.json()) as object).sort()).toEqual(["build", "status"]);
  const signedIn = await fetch(`${backend.url}/api/health`, { headers: backend.signedIn });
  expect(await signedIn.json()).toMatchObject({ checks: [{ name: "agent" }, { name: "storage" }] });
});

test("the live WebSocket refuses who is not signed in, and pages of another origin", async () => {
  const backend = await openTestBackend();
  const url = `ws://127.0.0.1:${backend.port}/ws/live`;
  const stranger = await refusalOf(new WebSocket(url));
  expect(stranger).toMatchObject({ status: 401, body: { error: { code: "NOT_SIGNED_IN" } } });
  const foreign = await refusalOf(
    new WebSocket(url, { headers: { ...backend.signedIn, origin: "http://evil.example" } }),
  );
  expect(foreign).toMatchObject({ status: 403, body: { error: { code: "ORIGIN_REFUSED" } } });
});

test("a request that changes something is refused to pages of another origin", async () => {
  const backend = await openTestBackend();
  const post = (origin: string) =>
    fetch(`${backend.url}/api/sign-out`, { method: "POST", headers: { ...backend.signedIn, origin } });
  expect((await post("http://evil.example")).status).toBe(403);
  expect((await post("null")).status).toBe(403);
  expect((await post(backend.url)).status).toBe(204);
});

test.each([
  [
    "an unknown field in a body",
    "POST",
    "/api/utsc/sessions",
    { ...START, centreFrequency: 1 },
    'body: unknown field "centreFrequency"',
  ],
  ["a missing field", "POST", "/api/utsc/sessions", { ...START, bins: undefined }, "body.bins:"],
  ["a value out of range", "POST", "/api/utsc/sessions", { ...START, bins: 1 }, "body.bins:"],
  ["an unknown field in a query", "GET", "/api/captures?sort=size", undefined, 'query: unknown field "sort"'],
  ["a query where none is known", "GET", "/api/me?verbose=1", undefined, 'query: unknown field "verbose"'],
  [
    "a body where none is known",
    "POST",
    "/api/sign-out",
    { everywhere: true },
    'body: unknown field "everywhere"',
  ],
  ["a limit out of range", "GET", "/api/captures?limit=100000", undefined, "query.limit:"],
])("%s is refused by name", async (_what, method, path, body, words) => {
  const backend = await openTestBackend();
  const response = await fetch(backend.url + path, {
    method,
    headers: { ...backend.signedIn, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error.code).toBe("REQUEST_INVALID");
  expect(error.message).toContain(words);
});

test("a body that is no JSON is refused in the common form", async () => {
  const backend = await openTestBackend();
  for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded"]) {
    const response = await fetch(`${backend.url}/api/utsc/sessions`, {
      method: "POST",
      headers: { ...backend.signedIn, "content-type": type },
      body: "{",
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(await response.json()).toMatchObject({ error: { code: "REQUEST_INVALID" } });
  }
});

test("what fails unexpectedly says nothing of its inside, and the log says everything", async () => {
  const backend = await openTestBackend();
  backend.storage[Symbol.dispose]();
  const response = await fetch(`${backend.url}/api/captures`, { headers: backend.signedIn });
  expect(response.status).toBe(500);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error.code).toBe("INTERNAL");
  expect(error.message).not.toMatch(/database|sqlite/i);
  expect(backend.lines.join("")).toMatch(/statement has been finalized/);
});

test("a session is started, listed, read and stopped, and the audit names who did it", async () => {
  const backend = await openTestBackend();
  const headers = { ...backend.signedIn, "content-type": "application/json" };
  const started = await fetch(`${backend.url}/api/utsc/sessions`, {
    method: "POST",
    headers,
    body: JSON.stringify(START),
  });
  expect(started.status).toBe(202);
  const { id } = ((await started.json()) as { session: { id: string } }).session;
  const list = await fetch(`${backend.url}/api/utsc/sessions`, { headers });
  expect(((await list.json()) as { sessions: { id: string }[] }).sessions.map((one) => one.id)).toContain(id);
  const stopped = await fetch(`${backend.url}/api/utsc/sessions/${id}/stop`, {
    method: "POST",
    headers: backend.signedIn,
  });
  expect(await stopped.json()).toMatchObject({ session: { id, state: "stopped" } });
  const missing = await fetch(`${backend.url}/api/utsc/sessions/none/stop`, {
    method: "POST",
    headers: backend.signedIn,
  });
  expect(missing.status).toBe(404);

  const audit = await fetch(`${backend.url}/api/audit`, { headers });
  const { entries } = (await audit.json()) as { entries: unknown[] };
  expect(entries).toHaveLength(3);
  expect(entries).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        user: "local",
        address: "127.0.0.1",
        action: "POST /api/utsc/sessions",
        details: START,
        outcome: "done",
        errorCode: null,
      }),
      expect.objectContaining({
        action: "POST /api/utsc/sessions/:id/stop",
        details: { id: "none" },
        outcome: "refused",
        errorCode: "SESSION_UNKNOWN",
      }),
    ]),
  );
});

test("every answer carries the security headers", async () => {
  const backend = await openTestBackend();
  for (const path of ["/", "/api/health", "/api/me", "/no/such/page", "/sign-in"]) {
    const { headers } = await fetch(backend.url + path);
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  }
});

test("the documentation page loads its scripts from this host alone", async () => {
  const backend = await openTestBackend();
  const page = await fetch(`${backend.url}/api/docs`, { headers: backend.signedIn });
  const html = await page.text();
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
  const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
  expect(sources.length).toBeGreaterThan(4);
  for (const source of sources) {
    const response = await fetch(new URL(source, `${backend.url}/api/docs`), { headers: backend.signedIn });
    expect([source, response.status]).toEqual([source, 200]);
  }
});

test("where no page is built, the backend says how to build it", async () => {
  const backend = await openTestBackend();
  const response = await fetch(backend.url);
  expect(response.status).toBe(503);
  expect(await response.text()).toContain("npm run build");
});

test("the page is served for its views, hashed assets for ever, and missing files are missing", async () => {
  const distDir = join(await temporaryFolder(), "dist");
  await mkdir(join(distDir, "assets"), { recursive: true });
  await writeFile(join(distDir, "index.html"), "<!doctype html><title>PNM Lab</title>");
  await writeFile(join(distDir, "assets", "app-1a2b3c.js"), "export {};");
  const backend = await openTestBackend({ distDir });
  for (const path of ["/", "/plant", "/live/lab-cmts-1/5"]) {
    const response = await fetch(backend.url + path);
    expect([path, response.status, response.headers.get("cache-control")]).toEqual([path, 200, "no-store"]);
    expect(await response.text()).toContain("<title>PNM Lab</title>");
  }
  const asset = await fetch(`${backend.url}/assets/app-1a2b3c.js`);
  expect(asset.status).toBe(200);
  expect(asset.headers.get("cache-control")).toContain("immutable");
  for (const path of [
    "/assets/app-old.js",
    "/favicon.ico",
    "/../package.json",
    "/assets/%2e%2e/%2e%2e/pnmlab.db",
  ]) {
    expect([path, (await fetch(backend.url + path)).status]).toEqual([path, 404]);
  }
  const unknown = await fetch(`${backend.url}/api/nothing`, { headers: backend.signedIn });
  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toMatchObject({ error: { code: "NOT_FOUND" } });
});

test("a page that is built, or built anew, while the backend runs is served without a restart", async () => {
  const distDir = join(await temporaryFolder(), "dist");
  const backend = await openTestBackend({ distDir });
  const get = async (path: string) => {
    const response = await fetch(backend.url + path);
    return `${response.status} ${await response.text()}`;
  };
  expect(await get("/assets/app-1.js")).toContain("404");
  for (const name of ["app-1", "app-2"]) {
    await rm(distDir, { recursive: true, force: true });
    await mkdir(join(distDir, "assets"), { recursive: true });
    await writeFile(join(distDir, "index.html"), name);
    await writeFile(join(distDir, "assets", `${name}.js`), `export const name = "${name}";`);
    expect(await get("/plant")).toBe(`200 ${name}`);
    expect(await get(`/assets/${name}.js`)).toBe(`200 export const name = "${name}";`);
  }
  expect(await get("/assets/app-1.js")).toContain("404");
});

test("an upgrade request at an address that is no WebSocket is refused", async () => {
  const backend = await openTestBackend();
  const refusal = await refusalOf(
    new WebSocket(`ws://127.0.0.1:${backend.port}/sign-in?token=secret-of-a-link`),
  );
  expect(refusal.status).toBe(404);
  expect(backend.lines.join("")).not.toContain("secret-of-a-link");
  const plain = await fetch(`${backend.url}/ws/live`, { headers: backend.signedIn });
  expect(plain.status).toBe(426);
});
