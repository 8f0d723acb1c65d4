// @vitest-environment happy-dom
import type { PlantEvent } from "@pnmlab/protocol";
import { flushPromises } from "@vue/test-utils";
import { expect, test, vi } from "vitest";
import { ApiError } from "../api/api-error.ts";
import { SyntheticLabClient } from "../api/synthetic/synthetic-client.ts";
import { mountPage } from "../testing/mount-page.ts";
import EventsPage from "./events-page.vue";
import OverviewPage from "./overview-page.vue";

const open = (client = new SyntheticLabClient(), path = "/events") =>
  mountPage(EventsPage, client, path, "/events/:id?");

test("the log shows what is open, with severity as shape and word, and the others on request", async () => {
  const page = await open();
  const { wrapper } = page;
  expect(wrapper.text()).toContain("1 of 3 shown, 2 raised now");
  const row = wrapper.get("section[aria-label='Log of events'] tbody tr");
  expect(row.text()).toContain("Major");
  expect(row.find("svg").exists()).toBe(true);
  expect(row.text()).toContain("Narrowband ingress at 27.185 MHz, CB");
  const button = (label: string) => wrapper.findAll("button").find((one) => one.text().startsWith(label))!;
  await button("All").trigger("click");
  expect(wrapper.findAll("section[aria-label='Log of events'] tbody tr")).toHaveLength(3);
  await wrapper.get("input[type=search]").setValue("kind:noise");
  expect(wrapper.text()).toContain("1 of 3 shown");
  page.close();
});

test("an event shows cause, common cause, figures with units, and is acknowledged and commented on", async () => {
  const client = new SyntheticLabClient();
  const page = await open(client, "/events/event-3");
  const { wrapper } = page;
  const detail = wrapper.get("[aria-label='Event 3']");
  expect(detail.text()).toContain("CB through a shield defect");
  expect(detail.text()).toContain("Common cause likely: the same on us-conn 3/1");
  expect(detail.text()).toContain("\u221219.3 dBmV");
  expect(detail.text()).toContain("19.2 dB, threshold 13.0 dB");
  const button = detail.findAll("button").find((one) => one.text().startsWith("Acknowledge"))!;
  await button.trigger("click");
  await flushPromises();
  expect(detail.text()).toContain("acknowledged by operator");
  expect(wrapper.text()).toContain("Open 0");
  await detail.get("textarea").setValue("Leg 2");
  await detail.get("form[aria-label='Comment of people']").trigger("submit");
  await flushPromises();
  expect((await client.events.event("event-3")).comment).toBe("Leg 2");
  page.close();
});

test("the modems that send on its channels are named when asked for", async () => {
  const page = await open(new SyntheticLabClient(), "/events/event-3");
  const suspects = page.wrapper.get("section[aria-label=Suspects]");
  expect(suspects.text()).toContain("Modems that send on US2, US3");
  await suspects.get("button").trigger("click");
  await flushPromises();
  expect(suspects.get("[role=status]").text()).toMatch(/^\d+ modems\.$/);
  expect(suspects.findAll("tbody tr").length).toBeGreaterThan(5);
  expect(suspects.get("tbody").text()).not.toContain("US1");
  page.close();
});

test("an event whose frames were removed says since when and why, and asks for none", async () => {
  const client = new SyntheticLabClient();
  const { events, event } = client.events;
  const removed = "Its frames were removed on 2026-01-02: all evidence took too much.";
  const without = (one: PlantEvent) => ({ ...one, evidence: { ...one.evidence, removed } });
  client.events.events = async (query) => (await events(query)).map(without);
  client.events.event = async (id) => without(await event(id));
  const evidence = vi.spyOn(client.events, "evidence");
  const page = await open(client, "/events/event-3");
  const section = page.wrapper.get("section[aria-label=Evidence]");
  expect(section.text()).toContain(`No frame is stored with this event any more. ${removed}`);
  expect(evidence).not.toHaveBeenCalled();
  page.close();
});

test("a replay says that it fires again, and one that cannot be made says why", async () => {
  class Broken extends SyntheticLabClient {
    isBroken = false;
    constructor() {
      super();
      const { replay } = this.events;
      this.events.replay = (id) =>
        this.isBroken ? Promise.reject(new ApiError("NO_FRAMES", "No frame is kept", 409)) : replay(id);
    }
  }
  const client = new Broken();
  const page = await open(client, "/events/event-3");
  const button = page.wrapper.findAll("button").find((one) => one.text() === "Replay")!;
  await button.trigger("click");
  await flushPromises();
  expect(page.wrapper.get("[aria-label=Replay]").text()).toContain(
    "Fires again: 19.2 dB over 13.0 dB. From 600 frames of the ring.",
  );
  client.isBroken = true;
  await button.trigger("click");
  await flushPromises();
  expect(page.wrapper.text()).toContain("It could not be replayed. No frame is kept");
  page.close();
});

test("a mute takes the band of the event, is listed and taken back", async () => {
  const client = new SyntheticLabClient();
  const page = await open(client, "/events/event-3");
  const { wrapper } = page;
  const button = (label: string) => wrapper.findAll("button").find((one) => one.text().startsWith(label))!;
  await button("Mute…").trigger("click");
  const fields = wrapper.findAll("form[aria-label='Mute a band'] input[inputmode=decimal]");
  expect(fields.map((field) => (field.element as HTMLInputElement).value)).toEqual(["27.085", "27.285"]);
  await fields[1]!.setValue("20");
  expect(wrapper.text()).toContain("The band needs a lower and a higher end");
  await fields[1]!.setValue("27.4");
  await wrapper.get("form[aria-label='Mute a band']").trigger("submit");
  await flushPromises();
  expect(await client.events.mutes()).toMatchObject([
    { fromHz: 27_085_000, toHz: 27_400_000, rfPortIfIndex: 72, kind: "narrowbandIngress" },
  ]);
  await button("Mutes").trigger("click");
  await flushPromises();
  expect(wrapper.get("section[aria-label=Mutes]").text()).toContain("lab-cmts-1 us-conn 3/0");
  await button("Take back").trigger("click");
  await flushPromises();
  expect(wrapper.text()).toContain("Nothing is muted");
  page.close();
});

test("an event that comes over the live connection appears without a reload, and detectors that stopped are said", async () => {
  const client = new SyntheticLabClient();
  client.events.detectors = async () => ({
    worker: "restarting",
    sentence: "The detectors ended and are started again.",
    restarts: 1,
    cpuMsPerFrame: null,
    sessions: [],
    levels: [],
  });
  const page = await open(client);
  expect(page.wrapper.text()).toContain("The detectors ended and are started again.");
  const event = await client.events.event("event-3");
  page.sync.takeEvents([{ ...event, id: "event-4", number: 4, title: "Hum in US2", kind: "hum" }]);
  await vi.waitFor(() => expect(page.wrapper.text()).toContain("Hum in US2"));
  expect(page.wrapper.text()).toContain("2 of 4 shown");
  page.close();
});

test("thresholds are tried on a recording before they apply, and applied for the lab", async () => {
  const client = new SyntheticLabClient();
  const tried: { recordingId: string; toMs: number | undefined }[] = [];
  const { rehearse } = client.events;
  client.events.rehearse = async (recordingId, wanted) => {
    tried.push({ recordingId, toMs: wanted.toMs });
    return rehearse(recordingId, wanted);
  };
  const page = await open(client);
  const { wrapper } = page;
  const button = (label: string) => wrapper.findAll("button").find((one) => one.text().startsWith(label))!;
  await button("Thresholds").trigger("click");
  await flushPromises();
  await vi.waitFor(() =>
    expect(wrapper.get("[aria-label=Preview]").text()).toContain("Would have fired 6 times"),
  );
  const apply = () => button("Apply for the lab").attributes("disabled");
  expect(apply()).toBeDefined();
  await wrapper.get("input[aria-labelledby=what-d1LiveDb][type=number]").setValue("15");
  expect(apply()).toBeUndefined();
  await vi.waitFor(() =>
    expect(wrapper.get("[aria-label=Preview]").text()).toContain(
      "Would have fired 4 times in 5\u2009740 frames, with the lab's settings 6",
    ),
  );
  await button("Apply for the lab").trigger("click");
  await flushPromises();
  const { thresholds } = await client.events.settings();
  expect(thresholds.find(({ name }) => name === "d1LiveDb")?.value).toBe(15);
  await vi.waitFor(() => expect(tried).toHaveLength(3));
  expect(new Set(tried.map(({ recordingId }) => recordingId))).toEqual(new Set(["kept-1"]));
  const [first, second, third] = tried.map(({ toMs }) => toMs);
  expect([first, third]).toEqual([undefined, second]);
  expect(second).toBeTypeOf("number");
  await vi.waitFor(() =>
    expect(wrapper.get("[aria-label=Preview]").text()).toContain("Would have fired 4 times"),
  );
  await button("Newest frames").trigger("click");
  await vi.waitFor(() => expect(tried.at(-1)).toEqual({ recordingId: "kept-1", toMs: undefined }));
  page.close();
});

test("overview names open events, and how many there were by hour", async () => {
  const page = await mountPage(OverviewPage, new SyntheticLabClient(), "/", "/");
  await flushPromises();
  expect(page.wrapper.get("section[aria-label='Open events']").text()).toContain("27.185 MHz");
  expect(page.wrapper.get("section[aria-label='Events by hour']").text()).toContain("1 open");
  page.close();
});
