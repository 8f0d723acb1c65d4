// @vitest-environment happy-dom
import type { StartUtscSession } from "@pnmlab/protocol";
import { flushPromises, type VueWrapper } from "@vue/test-utils";
import { expect, test, vi } from "vitest";
import { effectScope } from "vue";
import { ApiError } from "../api/api-error.ts";
import { SyntheticLabClient } from "../api/synthetic/synthetic-client.ts";
import { useHotkeyList } from "../composables/use-hotkeys.ts";
import { aSession } from "../model/testing.ts";
import { mountPage } from "../testing/mount-page.ts";
import SetupPage from "./setup-page.vue";

const PATH = "/live/lab-cmts-1/72/setup";
const PATTERN = "/live/:cmts/:port/setup";

async function open(client = new SyntheticLabClient()) {
  const page = await mountPage(SetupPage, client, PATH, PATTERN);
  await flushPromises();
  const button = (label: string) => buttonOf(page.wrapper, label);
  return { ...page, button };
}

function buttonOf(wrapper: VueWrapper, label: string) {
  const found = wrapper.findAll("button").find((one) => one.text().includes(label));
  if (!found) throw new Error(`no button ${label}`);
  return found;
}

test("the page opens with a preset that passes and previews it by reading only", async () => {
  const client = new SyntheticLabClient();
  const starts = vi.spyOn(client, "startSession");
  const { wrapper, button, close } = await open(client);
  expect(wrapper.get<HTMLInputElement>("#setup-spanHz").element.value).toBe("80.000");
  expect(wrapper.text()).toMatch(/All values pass\.\s*Nothing has been sent to the CMTS\./);
  await button("Preview, sends nothing").trigger("click");
  await flushPromises();
  expect(wrapper.text()).toContain("6 SETs in this order");
  expect(wrapper.text()).toContain("Only GETs were sent.");
  expect(starts).not.toHaveBeenCalled();
  close();
});

test("a refused value stands beside its field with rule and source, is led to from below and fixed by one click", async () => {
  const { wrapper, button, close } = await open();
  await wrapper.get("#setup-spanHz").setValue("85");
  const rule = wrapper.get("#setup-spanHz-rule");
  expect(rule.text()).toContain("Refused before SNMP.");
  expect(rule.text()).toContain("Made-up CCAP, rule span.wideband");
  expect(wrapper.get("#setup-spanHz").attributes("aria-invalid")).toBe("true");
  expect(button("Apply and start").attributes("disabled")).toBeDefined();
  expect(wrapper.get("footer").text()).toContain("1 value refused: span 85");
  await button("Preview, sends nothing").trigger("click");
  await flushPromises();
  expect(wrapper.get(".sets__refused").text()).toMatch(/refused\s+85000000/);
  await button("Use 80.000").trigger("click");
  expect(wrapper.get<HTMLInputElement>("#setup-spanHz").element.value).toBe("80.000");
  expect(wrapper.get("footer").text()).toContain("All values pass.");
  close();
});

test("only what the trigger uses is shown; the rest is named, and what is closed says why", async () => {
  const { wrapper, close } = await open();
  expect(wrapper.find("#setup-cmMacAddr").exists()).toBe(false);
  expect(wrapper.text()).toContain("Free running has no use for modem, channel");
  expect(wrapper.text()).toContain("The made-up CMTS has no squelch.");
  await wrapper.get("#setup-triggerMode").setValue("cmMac");
  expect(wrapper.find("#setup-cmMacAddr").exists()).toBe(true);
  expect(wrapper.find("#setup-sid").exists()).toBe(false);
  close();
});

test("a modem is found by a part of its address and chosen by keys", async () => {
  const { wrapper, close } = await open();
  await wrapper.get("#setup-triggerMode").setValue("cmMac");
  const input = wrapper.get("#setup-cmMacAddr");
  await input.trigger("focus");
  await input.setValue("2d1");
  await vi.waitFor(() => expect(wrapper.findAll("[role=option]").length).toBeGreaterThan(2));
  await input.trigger("keydown", { key: "ArrowDown" });
  await input.trigger("keydown", { key: "Enter" });
  expect(wrapper.get<HTMLInputElement>("#setup-cmMacAddr").element.value).toBe("00:10:18:1a:2d:11");
  expect(wrapper.find("[role=option]").exists()).toBe(false);
  expect(wrapper.get("footer").text()).toContain("All values pass.");
  close();
});

test("Apply and start sends the form, in the wire's units, once", async () => {
  const client = new SyntheticLabClient();
  const starts: StartUtscSession[] = [];
  const original = client.startSession.bind(client);
  client.startSession = (request) => {
    starts.push(request);
    return original(request);
  };
  const { wrapper, button, close } = await open(client);
  await wrapper.get("#setup-repeatPeriodUs").setValue("150");
  await wrapper.get("#setup-freeRunDurationMs").setValue("30");
  await button("Apply and start").trigger("click");
  await flushPromises();
  expect(starts).toEqual([
    expect.objectContaining({
      cmtsId: "lab-cmts-1",
      rfPortIfIndex: 72,
      repeatPeriodUs: 150_000,
      freeRunDurationMs: 30_000,
      centerFrequencyHz: 45_000_000,
    }),
  ]);
  close();
});

test("the dry run is copied as the commands that it lists", async () => {
  const copied: string[] = [];
  Object.defineProperty(navigator, "clipboard", {
    configurable: true,
    value: { writeText: async (text: string) => void copied.push(text) },
  });
  const { wrapper, button, close } = await open();
  await wrapper.get("#setup-repeatPeriodUs").setValue("120");
  await button("Preview, sends nothing").trigger("click");
  await flushPromises();
  expect(wrapper.text()).toContain("Becomes 150 ms.");
  await button("Copy as snmpset").trigger("click");
  await flushPromises();
  expect(copied[0]).toMatch(/^snmpset .*"\$COMMUNITY".* u 120000\n$/);
  close();
});

test("a set-up is kept under a name, taken again, and deleted", async () => {
  localStorage.clear();
  const { wrapper, button, close } = await open();
  await button("High split").trigger("click");
  await button("Save as preset").trigger("click");
  await flushPromises();
  await wrapper.get("#preset-name").setValue("Night watch");
  await wrapper.get("form").trigger("submit");
  await button("Low split").trigger("click");
  await button("Night watch").trigger("click");
  expect(wrapper.get<HTMLInputElement>("#setup-spanHz").element.value).toBe("320.000");
  expect(localStorage.getItem("pnmlab.setupPresets")).toContain("Night watch");
  await wrapper.get("[aria-label='Delete the preset Night watch']").trigger("click");
  expect(wrapper.text()).toContain("None saved yet");
  close();
});

test("a preset of a channel fills in its band, and idle noise then triggers on that channel", async () => {
  const { wrapper, button, close } = await open();
  expect(button("US2").text()).toContain("0.0–80.0 MHz · 3200 bins");
  await button("US2").trigger("click");
  expect(wrapper.get<HTMLInputElement>("#setup-spanHz").element.value).toBe("80.000");
  expect(wrapper.get<HTMLSelectElement>("#setup-bins").element.value).toBe("3200");
  expect(button("US2").attributes("aria-pressed")).toBe("true");
  // Its span begins at 0 Hz as that of its neighbour does.
  expect(button("US1").attributes("aria-pressed")).toBe("false");
  expect(button("Idle noise").text()).toContain("Idle SID on US2 · 80 MHz · 3200 bins");
  await button("Idle noise").trigger("click");
  expect(wrapper.get<HTMLSelectElement>("#setup-triggerMode").element.value).toBe("idleSid");
  expect(wrapper.get<HTMLSelectElement>("#setup-logicalChIfIndex").element.value).toBe("102");
  expect(button("Idle noise").attributes("aria-pressed")).toBe("true");
  expect(wrapper.get("footer").text()).toContain("All values pass.");
  close();
});

test("one modem fills in all but the modem, goes to its field and says that it is missing", async () => {
  const { wrapper, button, close } = await open();
  document.body.append(wrapper.element);
  expect(button("One modem").text()).toContain("leaves to choose: the modem");
  await button("One modem").trigger("click");
  await vi.waitFor(() => expect(document.activeElement?.id).toBe("setup-cmMacAddr"));
  expect(button("One modem").text()).toContain("still missing: the modem");
  expect(wrapper.get("footer").text()).toContain("1 value refused: modem missing");
  await wrapper.get("#setup-cmMacAddr").setValue("00:10:18:1a:2d:13");
  expect(button("One modem").text()).not.toContain("missing");
  expect(button("One modem").attributes("aria-pressed")).toBe("true");
  expect(wrapper.get("footer").text()).toContain("All values pass.");
  close();
});

test("a modem that does not send on the channel chosen is told of beside it", async () => {
  const { wrapper, button, close } = await open();
  await button("US2").trigger("click");
  await button("One modem").trigger("click");
  const input = wrapper.get("#setup-cmMacAddr");
  const choose = async (address: string) => {
    await input.trigger("focus");
    await input.setValue(address);
    await vi.waitFor(() => {
      expect(wrapper.findAll("[role=option]").map((one) => one.text())).toEqual([
        expect.stringContaining(address),
      ]);
    });
    await input.trigger("keydown", { key: "Enter" });
  };
  await choose("00:10:18:1a:2d:10");
  expect(wrapper.text()).toContain("It is not known to send on the channel chosen");
  await choose("00:10:18:1a:2d:11");
  expect(wrapper.text()).not.toContain("It is not known to send");
  close();
});

test("a preset that this port cannot have stands there with the reason, and is no button", async () => {
  const client = new SyntheticLabClient();
  const answer = client.utscOptions.bind(client);
  client.utscOptions = async (cmtsId, rfPortIfIndex) => {
    const options = await answer(cmtsId, rfPortIfIndex);
    const fields = options.fields.map((option) =>
      option.field === "triggerMode" ? { ...option, values: ["freeRunning"] } : option,
    );
    return { ...options, fields };
  };
  const { wrapper, close } = await open(client);
  const presets = wrapper.get(".presets");
  expect(presets.text()).toMatch(/Idle noise\s*Not offered\. Idle SID is no trigger here\./);
  expect(presets.findAll("button").some((one) => one.text().includes("Idle noise"))).toBe(false);
  close();
});

test("every preset that is offered is found by the search, as long as the page is open", async () => {
  const { close } = await open();
  const list = effectScope().run(() => useHotkeyList())!;
  const names = () => list.value.map(({ does }) => does).filter((does) => does.startsWith("Fill in"));
  expect(names()).toContain("Fill in the preset Mid split 5–85");
  expect(names()).toContain("Fill in the preset US1");
  expect(names()).toContain("Fill in the preset Idle noise");
  close();
  expect(names()).toEqual([]);
});

test("what the port allows is read again after a failure, which is told in words", async () => {
  const client = new SyntheticLabClient();
  const answer = client.utscOptions;
  client.utscOptions = () => Promise.reject(new ApiError("SNMP_TIMEOUT", "lab-cmts-1 did not answer", 504));
  const { wrapper, button, close } = await open(client);
  expect(wrapper.get("[role=alert]").text()).toContain("lab-cmts-1 did not answer");
  expect(wrapper.find(".params").exists()).toBe(false);
  client.utscOptions = answer;
  await button("Read again").trigger("click");
  await flushPromises();
  expect(wrapper.find(".params").exists()).toBe(true);
  close();
});

test("a preview that fails says so beside the SETs and leaves the form", async () => {
  const client = new SyntheticLabClient();
  client.dryRun = () => Promise.reject(new ApiError("AGENT_AWAY", "agent lab-1 is not connected", 503));
  const { wrapper, button, close } = await open(client);
  await button("Preview, sends nothing").trigger("click");
  await flushPromises();
  expect(wrapper.text()).toContain("The preview failed. Agent lab-1 is not connected");
  expect(button("Apply and start").attributes("disabled")).toBeUndefined();
  close();
});

test("after a start that failed its reason and what to do stand below, in place of that nothing was sent", async () => {
  class AfterFailure extends SyntheticLabClient {
    override sessions = async () => [
      aSession({
        cmtsId: "lab-cmts-1",
        state: "failed",
        desired: "stopped",
        sentence: "Failed.",
        failure: {
          rung: "snmp",
          code: "UTSC_START_REFUSED",
          message: "the CMTS refused the start with inconsistentValue",
          fix: "A trigger may need a channel.",
          at: "2026-11-21T09:00:00Z",
        },
      }),
    ];
  }
  const { wrapper, close } = await open(new AfterFailure());
  const foot = wrapper.get("footer").text();
  expect(foot).toContain("refused the start with inconsistentValue. A trigger may need a channel.");
  expect(foot).not.toContain("Nothing has been sent");
  close();
});

test("an address of a port that is not there says so", async () => {
  const page = await mountPage(SetupPage, new SyntheticLabClient(), "/live/lab-cmts-1/9/setup", PATTERN);
  expect(page.wrapper.text()).toContain("No port 9 on lab-cmts-1");
  page.close();
});

test("the way of the files is offered to who may test it, and not shown to others", async () => {
  const offered = await open();
  expect(offered.wrapper.text()).toContain("Test the way of the files");
  offered.close();
  class WithoutRole extends SyntheticLabClient {
    override me = () => Promise.reject(new ApiError("NOT_SIGNED_IN", "nobody is signed in", 401));
  }
  const other = await open(new WithoutRole());
  expect(other.wrapper.text()).not.toContain("Way of the files");
  other.close();
});
