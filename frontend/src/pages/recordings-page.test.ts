// @vitest-environment happy-dom
import { flushPromises } from "@vue/test-utils";
import { expect, test, vi } from "vitest";
import { ApiError } from "../api/api-error.ts";
import { SyntheticLabClient } from "../api/synthetic/synthetic-client.ts";
import { mountPage } from "../testing/mount-page.ts";
import RecordingPage from "./recording-page.vue";
import RecordingsPage from "./recordings-page.vue";

const open = (client = new SyntheticLabClient()) =>
  mountPage(RecordingsPage, client, "/recordings", "/recordings");

test("recordings are listed with port, length, frames and room, and filtered", async () => {
  const page = await open();
  expect(page.wrapper.text()).toContain("Ingress on Elm Street");
  expect(page.wrapper.text()).toContain("us-conn 3/0");
  expect(page.wrapper.text()).toContain("600");
  expect(page.wrapper.text()).toContain("3.8 MB of 20.48 GB used");
  await page.wrapper.get("input[type=search]").setValue("kind:ring");
  expect(page.wrapper.text()).toContain("No recording matches");
  page.close();
});

test("a head sorts the recordings by its column and says so, names from A, and turns round", async () => {
  const client = new SyntheticLabClient();
  const [first] = await client.recordings.list();
  client.recordings.list = async () =>
    ["Birch", "Elm", "Ash"].map((label) => ({ ...first!, id: label, label }));
  const page = await open(client);
  const heads = () => page.wrapper.findAll("th[aria-sort]");
  const sorted = () => heads().map((head) => `${head.get("button").text()}:${head.attributes("aria-sort")}`);
  const names = () => page.wrapper.findAll("tbody tr td:first-child").map((cell) => cell.text());
  expect(sorted().filter((text) => !text.endsWith(":none"))).toEqual(["From ↓:descending"]);
  await heads()[0]!.get("button").trigger("click");
  expect(sorted()[0]).toBe("Name ↑:ascending");
  expect(names()).toEqual(["Ash", "Birch", "Elm"]);
  await heads()[0]!.get("button").trigger("click");
  expect(sorted()[0]).toBe("Name ↓:descending");
  expect(names()).toEqual(["Elm", "Birch", "Ash"]);
  await heads()[5]!.get("button").trigger("click");
  expect(sorted()[5]).toBe("Frames ↓:descending");
  page.close();
});

test("a lab without recordings says what to do", async () => {
  const client = new SyntheticLabClient();
  client.recordings.list = async () => [];
  const page = await open(client);
  expect(page.wrapper.text()).toContain("Nothing is recorded yet");
  expect(page.wrapper.text()).toContain("on its live page K keeps them");
  page.close();
});

test("a recorder that cannot write says so, and a list that cannot be read says why", async () => {
  const full = new SyntheticLabClient();
  const state = await full.recordings.recorder();
  full.recordings.recorder = async () => ({ ...state, failure: "The disk is full" });
  const page = await open(full);
  expect(page.wrapper.text()).toContain("Nothing is recorded now. The disk is full");
  page.close();
  const broken = new SyntheticLabClient();
  broken.recordings.list = () =>
    Promise.reject(new ApiError("STORAGE_FAILED", "The database is locked", 500));
  const other = await open(broken);
  expect(other.wrapper.text()).toContain("The list of recordings could not be read. The database is locked");
  other.close();
});

test("the trigger is changed, with the time before and after", async () => {
  const client = new SyntheticLabClient();
  const page = await open(client);
  const form = page.wrapper.get("form[aria-label='Keep by event']");
  await form.get("input[type=checkbox]").setValue(true);
  await form.get("input[max='600']").setValue(30);
  await form.trigger("submit");
  await flushPromises();
  expect((await client.recordings.recorder()).trigger).toMatchObject({ enabled: true, preS: 30, postS: 60 });
  page.close();
});

test("a schedule is made with its next run in words, and removed", async () => {
  const client = new SyntheticLabClient();
  const page = await open(client);
  const panel = page.wrapper.get("section[aria-label='Schedules']");
  const button = (name: string) => panel.findAll("button").find((one) => one.text().includes(name))!;
  expect(panel.text()).toContain("Nothing is scheduled.");
  await button("New schedule").trigger("click");
  expect(panel.text()).toMatch(
    /Next .*, for 1 h.*It captures with .*span 80\.000 MHz, 1600 bins, every 100 ms/,
  );
  await panel.get("form").trigger("submit");
  await flushPromises();
  await vi.waitFor(() => expect(panel.findAll("li")).toHaveLength(1));
  expect(panel.get("li").text()).toMatch(/lab-cmts-1 us-conn 3\/0\. Next/);
  await button("Remove").trigger("click");
  await flushPromises();
  expect(panel.findAll("li")).toHaveLength(1);
  const confirm = [...document.querySelectorAll<HTMLButtonElement>("[role=alertdialog] button")];
  confirm.find(({ textContent }) => textContent?.includes("Remove the schedule"))!.click();
  await flushPromises();
  await vi.waitFor(() => expect(panel.text()).toContain("Nothing is scheduled."));
  page.close();
});

test("a recording that is not there says so", async () => {
  const page = await mountPage(
    RecordingPage,
    new SyntheticLabClient(),
    "/recordings/gone",
    "/recordings/:id",
  );
  expect(page.wrapper.text()).toContain("The recording cannot be opened. There is no recording gone");
  page.close();
});
