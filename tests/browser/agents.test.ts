import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { chromiumPath, complaintsOf, launchOptions, PATIENCE_MS } from "./chromium.ts";
import { picture } from "./open-lab.ts";

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];

const PICTURE_AFTER_MS = 30_000;

const run = chromiumPath ? test : test.skip;

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  lab = await startTestLab();
  browser = await chromium.launch(launchOptions);
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 } });
  page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  complaints = complaintsOf(page);
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

run("an agent is let in, connects by its token, is rotated without a restart, and is revoked", async () => {
  await page.goto(lab.signInLink());
  await page.getByRole("link", { name: "Agents" }).click();
  await page.getByRole("heading", { name: "Agents", exact: true }).waitFor();
  const own = page.getByRole("region", { name: "Agent lab-1" });
  await own.getByText("Connected", { exact: true }).waitFor();
  expect(await own.textContent()).toContain("as the backend");
  const running = own.getByRole("region", { name: "Figures of lab-1" });

  await running.getByText(/readings, .*; oldest /).waitFor();
  await running.getByText(/\d \/s: .*GET \d/).waitFor();
  await running.getByText(/% of a core$/).waitFor();
  await running.getByText("127.0.0.0/8", { exact: true }).waitFor();
  await running.getByText("64 SNMP requests at once", { exact: true }).waitFor();

  await page.getByLabel("Name", { exact: true }).fill("jump-2");
  await page.getByLabel("Site").fill("Hub 12");
  await page.getByLabel("What it reaches").fill("lab-cmts-2, 10.20.0.0/16");
  await page.getByRole("button", { name: "Give it a token" }).click();
  const token = (await page.locator("[data-token]").textContent()) ?? "";
  expect(token).toMatch(/^[\w-]{43}$/);
  const command = (await page.locator("[data-command]").textContent()) ?? "";
  expect(command).toContain("PNMLAB_AGENT_NAME=jump-2");
  expect(command).toContain("PNMLAB_AGENT_TARGETS=10.20.0.0/16 PNMLAB_SNMP_PROFILES=");
  expect(command).toContain("npm run -s agent");
  const jump = page.getByRole("region", { name: "Agent jump-2" });
  await jump.getByText("Waiting", { exact: true }).waitFor();

  const folder = await mkdtemp(join(tmpdir(), "pnmlab-agents-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "token");
  await writeFile(file, "not-the-token-".repeat(4));
  const agent = lab.startAgent({ PNMLAB_AGENT_NAME: "jump-2", PNMLAB_AGENT_TOKEN_FILE: file });
  onTestFinished(() => agent.close());
  await jump.getByText("Refused", { exact: true }).waitFor();
  await jump.getByText(/refused .* token mismatch/).waitFor();
  await writeFile(file, `${token}\n`);
  await jump.getByText("Connected", { exact: true }).waitFor();
  await page.getByRole("button", { name: "I have it" }).click();
  expect(await page.content()).not.toContain(token);

  await jump.getByRole("button", { name: "Give a new token" }).click();
  const next = (await page.locator("[data-token]").textContent()) ?? "";
  await jump.getByText(/a new one was given at .* and is not used yet/).waitFor();
  await writeFile(file, `${next}\n`);
  const history = page.getByRole("region", { name: "What happened" });
  await history.getByText("New token used", { exact: true }).waitFor();
  await jump.getByText("Connected", { exact: true }).waitFor();
  await page.getByRole("button", { name: "I have it" }).click();
  await picture(page, "agents", PICTURE_AFTER_MS);

  await jump.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke jump-2" }).click();
  await jump.getByText("Revoked", { exact: true }).waitFor();
  await history
    .getByText(/AGENT_TOKEN_REVOKED/)
    .first()
    .waitFor();
  expect(agent.state.link.failure).toMatchObject({ kind: "refused" });
  await jump.getByRole("button", { name: "Take off the list" }).click();
  await jump.waitFor({ state: "detached" });
  await own.getByText("Connected", { exact: true }).waitFor();
  expect(complaints).toEqual([]);
});
