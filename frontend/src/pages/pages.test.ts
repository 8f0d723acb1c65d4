// @vitest-environment happy-dom
import type { Agent, DoctorReport } from "@pnmlab/protocol";
import { flushPromises } from "@vue/test-utils";
import { expect, test, vi } from "vitest";
import { h } from "vue";
import { ApiError } from "../api/api-error.ts";
import { SyntheticLabClient } from "../api/synthetic/synthetic-client.ts";
import { rxMerFile, upstreamSpectrumFile } from "../api/synthetic/synthetic-files.ts";
import { syntheticAgents, syntheticDoctorReport } from "../api/synthetic/synthetic-lab.ts";
import { useOpenedFiles } from "../composables/use-opened-files.ts";
import { mountPage } from "../testing/mount-page.ts";
import { storedZip } from "../testing/stored-zip.ts";
import CapturePage from "./capture-page.vue";
import CapturesPage from "./captures-page.vue";
import HealthPage from "./health-page.vue";
import NotOfferedPage from "./not-offered-page.vue";
import OpenedFilePage from "./opened-file-page.vue";
import OverviewPage from "./overview-page.vue";
import PlantPage from "./plant-page.vue";

test("a lab at rest offers its first port and says that nothing is captured", async () => {
  const page = await mountPage(OverviewPage, new SyntheticLabClient(), "/", "/");
  const text = page.wrapper.text();
  expect(page.wrapper.get("h1").text()).toBe("The lab is ready. Nothing is being captured.");
  expect(text).toContain("Start 5–85 MHz");
  expect(text).toContain("lab-1 connected");
  expect(text).toContain("SIM");
  page.close();
});

test("an agent that is refused is named with reason, address and count", async () => {
  class Refused extends SyntheticLabClient {
    override agents = async (): Promise<Agent[]> =>
      syntheticAgents(Date.now()).map((agent) => ({
        ...agent,
        state: "refused",
        sentence: "lab-1 is refused: token mismatch.",
        refusal: {
          code: "TOKEN_MISMATCH",
          reason: "token mismatch",
          address: "10.1.2.9",
          count: 14,
          firstAt: new Date().toISOString(),
          lastAt: new Date().toISOString(),
        },
      }));
  }
  const page = await mountPage(OverviewPage, new Refused(), "/", "/");
  expect(page.wrapper.get("h1").text()).toBe("One thing needs you. Nothing is being captured.");
  expect(page.wrapper.text()).toContain("Agent lab-1 refused 14 times: token mismatch");
  expect(page.wrapper.text()).toMatch(/Refused 14 times since .* from 10\.1\.2\.9: token mismatch/);
  page.close();
});

test("captures list what was refused with its reason, and filter", async () => {
  const page = await mountPage(CapturesPage, new SyntheticLabClient(), "/captures", "/captures");
  expect(page.wrapper.text()).toContain("3 of 3 shown, 1 refused");
  expect(page.wrapper.text()).toContain("header says 6 728 B, file has 4 096 B");
  await page.wrapper.get("input[type=search]").setValue("rxmer");
  expect(page.wrapper.text()).toContain("1 of 3 shown");
  expect(page.wrapper.text()).not.toContain("utsc_9931");
  page.close();
});

test("a list that cannot be read says why", async () => {
  class Broken extends SyntheticLabClient {
    override captures = () => Promise.reject(new ApiError("STORAGE_FAILED", "The database is locked", 500));
  }
  const page = await mountPage(CapturesPage, new Broken(), "/captures", "/captures");
  expect(page.wrapper.text()).toContain("The database is locked");
  page.close();
});

test("a refused capture shows why, what could be read and its bytes, and plots nothing", async () => {
  const page = await mountPage(CapturePage, new SyntheticLabClient(), "/captures/3", "/captures/:id");
  await vi.waitFor(() => expect(page.wrapper.text()).toContain("TRUNCATED"));
  expect(page.wrapper.text()).toContain("Type code");
  expect(page.wrapper.text()).toContain("50");
  expect(page.wrapper.find(".plot").exists()).toBe(false);
  expect(page.wrapper.get("a[download]").attributes("href")).toBeTruthy();
  page.close();
});

test("a capture shows how it was read, its header, and its bytes by field", async () => {
  const page = await mountPage(CapturePage, new SyntheticLabClient(), "/captures/2", "/captures/:id");
  await vi.waitFor(() => expect(page.wrapper.text()).toContain("How it was read"));
  expect(page.wrapper.text()).toContain("Read as standard");
  expect(page.wrapper.text()).toContain("First active subcarrier index");
  const rows = page.wrapper.findAll("[aria-label='Header of the file'] tbody tr");
  await rows[2]!.trigger("click");
  expect(page.wrapper.findAll(".byte.is-selected").map((cell) => cell.text())).toEqual(["01"]);
  expect(page.wrapper.get("[role=status] .words").text()).toContain("Major version: 1");
  page.close();
});

test("an opened file that is gone says so", async () => {
  const page = await mountPage(
    OpenedFilePage,
    new SyntheticLabClient(),
    "/captures/opened/9",
    "/captures/opened/:id",
  );
  expect(page.wrapper.text()).toContain("not in the page any more");
  page.close();
});

test("a dropped file is decoded in the page; that it cannot be kept is said", async () => {
  const { openFiles } = useOpenedFiles();
  const file = await openFiles([new File([rxMerFile() as BlobPart], "dropped.bin")]);
  const page = await mountPage(
    OpenedFilePage,
    new SyntheticLabClient(),
    `/captures/opened/${file?.id}`,
    "/captures/opened/:id",
  );
  await vi.waitFor(() => expect(page.wrapper.text()).toContain("How it was read"));
  expect(page.wrapper.text()).toContain("Only in this page.");
  await page.wrapper.get(".keep button").trigger("click");
  await flushPromises();
  expect(page.wrapper.text()).toContain("keeps no file");
  page.close();
});

test("an archive lists its files, shows the first that can be read, and any other on request", async () => {
  const archive = storedZip({
    "notes.txt": new TextEncoder().encode("measured at noon"),
    "rxmer.bin": rxMerFile(),
    "cut.bin": rxMerFile().subarray(0, 500),
  });
  const { openFiles } = useOpenedFiles();
  const file = await openFiles([new File([archive as BlobPart], "visit.zip")]);
  const page = await mountPage(
    OpenedFilePage,
    new SyntheticLabClient(),
    `/captures/opened/${file?.id}`,
    "/captures/opened/:id",
  );
  await vi.waitFor(() => expect(page.wrapper.text()).toContain("How it was read"));
  expect(page.wrapper.text()).toContain("3 files in this zip file");
  const members = page.wrapper.findAll("[aria-label='Files in the archive'] tbody tr");
  expect(members.map((row) => row.attributes("aria-selected"))).toEqual(["false", "true", "false"]);
  await members[2]!.get("button").trigger("click");
  await vi.waitFor(() => expect(page.wrapper.text()).toContain("Refused, TRUNCATED"));
  expect(page.wrapper.find(".plot").exists()).toBe(false);
  page.close();
});

test("bytes that begin like no capture can be read as an upstream spectrum on request", async () => {
  const headless = upstreamSpectrumFile(1).fill(0, 0, 6);
  const { openFiles } = useOpenedFiles();
  const file = await openFiles([new File([headless as BlobPart], "unknown.dat")]);
  const page = await mountPage(
    OpenedFilePage,
    new SyntheticLabClient(),
    `/captures/opened/${file?.id}`,
    "/captures/opened/:id",
  );
  await vi.waitFor(() => expect(page.wrapper.text()).toContain("Refused, BAD_MAGIC"));
  const buttons = page.wrapper.findAll("button");
  await buttons.find((button) => button.text() === "Read as upstream spectrum")!.trigger("click");
  await vi.waitFor(() => expect(page.wrapper.text()).toContain("Read it differently"));
  page.close();
});

test("plant names every port with what it can do", async () => {
  const page = await mountPage(PlantPage, new SyntheticLabClient(), "/plant", "/plant");
  expect(page.wrapper.text()).toContain("us-conn 3/1");
  expect(page.wrapper.text()).toContain("rectangular, hann, blackmanHarris");
  page.close();
});

test("health shows each check in words and a page of another build", async () => {
  const page = await mountPage(HealthPage, new SyntheticLabClient(), "/health", "/health");
  const text = page.wrapper.text();
  expect(text).toContain("5 of 5 pass");
  expect(text).toContain("This page runs another commit than the backend.");
  page.close();
});

test("the checks of the deployment are run on request, failures first, and can be copied", async () => {
  const copied: string[] = [];
  Object.defineProperty(navigator, "clipboard", {
    configurable: true,
    value: { writeText: async (text: string) => void copied.push(text) },
  });
  const page = await mountPage(HealthPage, new SyntheticLabClient(), "/health", "/health");
  const panel = page.wrapper.get("section[aria-label='Checks of the deployment']");
  const button = (label: string) => panel.findAll("button").find((one) => one.text().includes(label))!;
  expect(panel.text()).toContain("Not run yet.");
  await button("Run checks").trigger("click");
  await flushPromises();
  expect(panel.text()).toContain("1 fails, 1 warns, 1 passes; run ");
  expect(panel.findAll("tbody tr").map((row) => row.text().slice(0, 4))).toEqual(["FAIL", "WARN"]);
  expect(panel.text()).toContain("Start the TFTP server, or check PNMLAB_TFTP_HOST and PNMLAB_TFTP_PORT");
  await button("1 check passes").trigger("click");
  expect(panel.findAll("tbody tr")).toHaveLength(3);
  await button("Copy as text").trigger("click");
  await flushPromises();
  expect(copied[0]).toContain(
    "FAIL tftp.server: The TFTP server answers\n     found: no answer on 127.0.0.1:6969",
  );
  page.close();
});

test("while checks run the page says so, and a run that fails says why and keeps the one before", async () => {
  let answer: (report: DoctorReport) => void = () => undefined;
  let isBroken = false;
  class Slow extends SyntheticLabClient {
    override doctor = () =>
      isBroken
        ? Promise.reject(new ApiError("UNREACHABLE", "The backend does not answer at this address", 0))
        : new Promise<DoctorReport>((resolve) => {
            answer = resolve;
          });
  }
  const page = await mountPage(HealthPage, new Slow(), "/health", "/health");
  const panel = page.wrapper.get("section[aria-label='Checks of the deployment']");
  const run = panel.findAll("button").find((one) => one.text().includes("Run checks"))!;
  await run.trigger("click");
  expect(panel.text()).toMatch(/Running every check, .* so far\./);
  expect(run.attributes("disabled")).toBeDefined();
  answer(syntheticDoctorReport(Date.now()));
  await flushPromises();
  expect(panel.text()).not.toContain("Running every check");
  isBroken = true;
  await run.trigger("click");
  await flushPromises();
  expect(panel.get("[role=alert]").text()).toContain("The backend does not answer at this address");
  expect(panel.text()).toContain("tftp.server");
  page.close();
});

test("a page that is not offered says why and shows no content", async () => {
  const page = await mountPage(
    () => h(NotOfferedPage, { name: "modems" }),
    new SyntheticLabClient(),
    "/modems",
    "/modems",
  );
  expect(page.wrapper.text()).toContain("Not offered");
  expect(page.wrapper.text()).toContain("shows no list of modems");
  expect(page.wrapper.find("table").exists()).toBe(false);
  page.close();
});

test("the overview lists tests that no session owns, and names a CMTS that could not be asked", async () => {
  const client = new SyntheticLabClient();
  const list = await client.utscOrphans();
  const error = { code: "SNMP_TIMEOUT", message: "no answer in 3 s" };
  client.utscOrphans = async () => ({
    ...list,
    cmts: [...list.cmts, { cmtsId: "lab-cmts-2", running: null, error }],
  });
  const page = await mountPage(OverviewPage, client, "/", "/");
  const panel = page.wrapper.get("section[aria-label='Not ours']");
  expect(panel.text()).toContain("1 test that no session owns");
  expect(panel.text()).toContain("noc-script");
  expect(panel.text()).toContain("lab-cmts-2 could not be asked: No answer in 3 s");
  expect(panel.text()).not.toContain("No test that no session owns");
  page.close();
});
