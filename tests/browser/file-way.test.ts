import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath, complaintsOf, launchOptions, PATIENCE_MS } from "./chromium.ts";
import { picture } from "./open-lab.ts";

const POLL = { timeout: PATIENCE_MS };

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];
let mend = () => {};

const run = chromiumPath ? test : test.skip;
const device = (cmts: number) => lab.simulator.devices[cmts]!;
const portOf = (cmts: number) => device(cmts).rfPorts[0]!.ifIndex;
const livePath = (cmts: number) => `${lab.url}/live/${device(cmts).name}/${portOf(cmts)}`;
const measStatus = (cmts: number) => lab.simulator.measStatus(device(cmts).name, portOf(cmts));
const button = (name: RegExp) => page.getByRole("button", { name }).first();
const dialog = () => page.getByRole("dialog");
const breakUploads = (cmts: number) =>
  lab.simulator.inject(device(cmts).name, { kind: "upload", behaviour: { kind: "unreachable" } });

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  lab = await startTestLab({
    cmts: [
      { name: "lab-cmts-1", personality: "generic" },
      { name: "lab-cmts-2", personality: "cisco-cbr8" },
    ],
  });
  browser = await chromium.launch(launchOptions);
  page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  page.setDefaultTimeout(PATIENCE_MS);
  complaints = complaintsOf(page);
  await page.goto(lab.signInLink());
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

run(
  "the set-up page tests the way of the files: every rung holds, and the port is left as it was",
  async () => {
    await page.goto(`${livePath(0)}/setup`);
    await page.getByText("Not tested from this page yet.").waitFor();
    await button(/^Test the way of the files/).click();
    await expect
      .poll(() => dialog().textContent(), POLL)
      .toMatch(/A capture was made and its file arrived over 127\.0\.0\.1:\d+\/udp\./);
    expect(await dialog().locator(".way__outcome").allTextContents()).toEqual(
      Array.from({ length: 11 }, () => "ok"),
    );
    expect(measStatus(0)).toBeUndefined();
    await page.keyboard.press("Escape");
    await page
      .locator(".setup__dry")
      .getByText(/Tested .* ago\./)
      .waitFor();
  },
);

run("a server that the CMTS cannot reach is the failing rung, with what to do, in one sentence", async () => {
  mend = breakUploads(0);
  await button(/^Test the way of the files/).click();
  await dialog().getByText("Testing", { exact: true }).waitFor();
  await dialog()
    .getByRole("alert")
    .getByText(/cannot reach 127\.0\.0\.1/)
    .waitFor();
  const failed = dialog().locator(".way__rung--fail");
  expect(await failed.count()).toBe(1);
  expect(await failed.textContent()).toMatch(/Upload.*failed.*Check route and firewall/);
  expect(await dialog().getByText("not reached").count()).toBeGreaterThan(0);
  await picture(page, "utsc-setup-file-way");
  mend();
  await dialog().getByRole("button", { name: "Test again" }).click();
  await dialog()
    .getByText(/^A capture was made/)
    .waitFor();
  await page.keyboard.press("Escape");
});

const pill = () => page.locator(".top-bar .pill").first();
const frames = () => page.locator(".top-bar__figures");

run("a live page whose files stay away says that its trace comes by SNMP, and counts it", async () => {
  mend = breakUploads(0);
  await page.goto(livePath(0));
  await button(/^Start/).click();
  await expect.poll(() => pill().textContent(), POLL).toMatch(/Receiving by SNMP/);
  await page
    .getByText(/^Receiving by SNMP, no files\./)
    .first()
    .waitFor();
  await page.locator(".status-line").getByText("SNMP, no files").waitFor();
  await expect.poll(() => frames().textContent(), POLL).toMatch(/[1-9]\d* by SNMP/);
  await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 3);
  await picture(page, "live-by-snmp");
});

run(
  "from there the way of the files is tested: the capture is stopped after a question, and started again after",
  async () => {
    await button(/^Test the way of the files/).click();
    await dialog().getByText("A capture holds this port.").waitFor();
    expect(measStatus(0)).not.toBeUndefined();
    await dialog().getByRole("button", { name: "Stop the capture and test" }).click();
    await expect.poll(() => dialog().textContent(), POLL).toMatch(/Uploadfailed/);
    mend();
    await dialog().getByRole("button", { name: "Test again" }).click();
    await expect.poll(() => dialog().textContent(), POLL).toMatch(/A capture was made and its file arrived/);
    await dialog().getByRole("button", { name: "Start the capture again" }).click();
    // It closes by itself once the capture runs again.
    await dialog().waitFor({ state: "hidden" });
    await expect.poll(() => pill().textContent(), POLL).toMatch(/^\s*Receiving\s*$/);
    await page.locator(".status-line").getByText("files", { exact: true }).waitFor();
  },
);

run(
  "a running capture is compared with the result table: two spectra and their difference in dB",
  async () => {
    await page.getByRole("tab", { name: "Truth" }).click();
    await page.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 3);
    await button(/^Compare with SNMP/).click();
    await dialog().locator(".u-over").waitFor();
    const figures = dialog().locator(".comparison__figures");
    expect(await figures.textContent()).toMatch(
      /Mean difference.?0\.00 dB.*Mean absolute0\.00 dB.*Largest0\.00 dB.*Bins compared1\s?600/u,
    );
    expect(await dialog().getByRole("button", { name: "File" }).count()).toBe(1);
    expect(await dialog().getByRole("button", { name: "SNMP result table" }).count()).toBe(1);
    await picture(page, "live-snmp-comparison");
    await dialog().getByRole("button", { name: "Difference" }).click();
    await dialog().getByRole("button", { name: "SNMP minus file" }).waitFor();
    await dialog().getByRole("button", { name: "Table" }).click();
    await dialog()
      .getByRole("columnheader", { name: /SNMP result table/ })
      .waitFor();
    await page.keyboard.press("Escape");
    await button(/^Stop/).click();
    await expect.poll(() => measStatus(0), POLL).not.toBe("busy");
  },
);

run(
  "a CMTS without samples in its result table stalls, offers the test, and has nothing to compare",
  async () => {
    mend = breakUploads(1);
    await page.goto(livePath(1));
    await button(/^Start/).click();
    await expect.poll(() => pill().textContent(), POLL).toMatch(/Stalled/);
    const over = page.locator(".over");
    await over.getByRole("button", { name: /^Test the way of the files/ }).waitFor();
    await page.keyboard.press("Shift+C");
    await dialog().getByText("There is nothing to compare.").waitFor();
    await page.keyboard.press("Escape");
    await over.getByRole("button", { name: /^Test the way of the files/ }).click();
    await dialog().getByRole("button", { name: "Stop the capture and test" }).click();
    await expect
      .poll(() => dialog().locator(".way__rung--fail").textContent(), POLL)
      .toMatch(/^Uploadfailed/);
    expect(await dialog().getByRole("alert").textContent()).toMatch(/[.]$/);
    await page.keyboard.press("Escape");
    mend();
  },
);

run("the plant page tests the way of the files of a port in its row", async () => {
  await page.goto(`${lab.url}/plant`);
  const row = page.locator("tr", { hasText: String(portOf(0)) }).first();
  await row.getByRole("button", { name: "Test the way of the files" }).click();
  await expect.poll(() => dialog().textContent(), POLL).toMatch(/A capture was made and its file arrived/);
});

run("the pages give no complaint on the console", () => {
  // The browser itself tells of the one comparison that had no result.
  expect(complaints).toEqual([expect.stringContaining("404")]);
});
