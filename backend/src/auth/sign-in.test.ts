import { expect, test } from "vitest";
import { openTestBackend, SESSION_KEY, temporaryFolder } from "../_test/support.ts";
import { mintSession } from "./session.ts";
import { mintSignInToken, signInUrl } from "./sign-in-link.ts";

const DAY_MS = 24 * 3_600_000;

async function open(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { redirect: "manual", ...init });
}

test("a link signs a browser in once, sets the cookie and leads to the page", async () => {
  const backend = await openTestBackend();
  const link = signInUrl(backend.url, mintSignInToken(SESSION_KEY));

  const first = await open(link);
  expect(first.status).toBe(303);
  expect(first.headers.get("location")).toBe("/");
  const cookie = first.headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(
    new RegExp(`^pnmlab_session_${backend.port}=[^;]+; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax$`),
  );

  const me = await open(`${backend.url}/api/me`, { headers: { cookie: cookie.split(";", 1)[0]! } });
  expect(await me.json()).toMatchObject({ user: "local", role: "operator" });

  const second = await open(link);
  expect(second.status).toBe(403);
  expect(second.headers.get("set-cookie")).toBeNull();
  expect(await second.text()).toContain("This sign-in link was used already");
});

test("a link that was used stays used after a restart", async () => {
  const dataDir = await temporaryFolder();
  const token = mintSignInToken(SESSION_KEY);
  const before = await openTestBackend({ dataDir });
  expect((await open(signInUrl(before.url, token))).status).toBe(303);
  await before.close();

  const after = await openTestBackend({ dataDir });
  expect((await open(signInUrl(after.url, token))).status).toBe(403);
});

test("looking at a link with HEAD does not use it up", async () => {
  const backend = await openTestBackend();
  const link = signInUrl(backend.url, mintSignInToken(SESSION_KEY));
  await open(link, { method: "HEAD" });
  expect((await open(link)).status).toBe(303);
});

test.each([
  ["expired", mintSignInToken(SESSION_KEY, Date.now() - DAY_MS - 1), "has expired"],
  ["of another key", mintSignInToken("another-key-of-at-least-32-characters"), "is not valid"],
  ["a session value", mintSession(SESSION_KEY), "is not valid"],
  ["changed", `${mintSignInToken(SESSION_KEY).slice(0, -2)}AA`, "is not valid"],
  ["empty", "", "is not valid"],
])("a link that is %s is refused in words that say what to do", async (_what, token, words) => {
  const backend = await openTestBackend();
  const response = await open(signInUrl(backend.url, token));
  expect(response.status).toBe(403);
  const page = await response.text();
  expect(page).toContain(words);
  expect(page).toContain("npm run link");
  expect(response.headers.get("set-cookie")).toBeNull();
});

test("the cookie is marked Secure behind TLS", async () => {
  const backend = await openTestBackend();
  const response = await open(signInUrl(backend.url, mintSignInToken(SESSION_KEY)), {
    headers: { "x-forwarded-proto": "https" },
  });
  expect(response.headers.get("set-cookie")).toContain("; Secure");
});

test.each([
  ["expired", mintSession(SESSION_KEY, Date.now() - 30 * DAY_MS - 1)],
  ["of another key", mintSession("another-key-of-at-least-32-characters")],
  ["a sign-in link's token", mintSignInToken(SESSION_KEY)],
  ["no session at all", "nonsense"],
])("a session value that is %s signs nobody in", async (_what, value) => {
  const backend = await openTestBackend();
  const response = await open(`${backend.url}/api/me`, { headers: { authorization: `Bearer ${value}` } });
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ error: { code: "NOT_SIGNED_IN" } });
});

test("signing out clears the cookie", async () => {
  const backend = await openTestBackend();
  const response = await open(`${backend.url}/api/sign-out`, { method: "POST", headers: backend.signedIn });
  expect(response.status).toBe(204);
  expect(response.headers.get("set-cookie")).toMatch(
    new RegExp(`^pnmlab_session_${backend.port}=; .*Expires=Thu, 01 Jan 1970`),
  );
});

test("neither tokens of links nor sessions are written to the log", async () => {
  const backend = await openTestBackend();
  const token = mintSignInToken(SESSION_KEY);
  const link = signInUrl(backend.url, token);
  const response = await open(link);
  await open(link);
  await open(`${link}&surplus=1`, { method: "POST", body: "{" });
  const session = response.headers.get("set-cookie")!.split(/[=;]/)[1]!;
  await open(`${backend.url}/api/me`, { headers: { authorization: `Bearer ${session}` } });

  const log = backend.lines.join("");
  expect(log).toContain("/sign-in");
  expect(log).not.toContain(token);
  expect(log).not.toContain(session);
});
