// @vitest-environment happy-dom
import { mount } from "@vue/test-utils";
import { expect, test } from "vitest";
import { defineComponent, h, nextTick, ref } from "vue";
import ErrorBoundary from "./error-boundary.vue";

test("a part that throws shows the message, and can be shown again", async () => {
  const broken = ref(true);
  const Part = defineComponent(() => () => {
    if (broken.value) throw new Error("the axis has no bins");
    return h("p", "a plot");
  });
  const wrapper = mount(ErrorBoundary, { props: { part: "The plot" }, slots: { default: () => h(Part) } });
  await nextTick();
  expect(wrapper.get("[role=alert]").text()).toContain("The plot failed: the axis has no bins");
  broken.value = false;
  await wrapper.get("button").trigger("click");
  await nextTick();
  expect(wrapper.text()).toBe("a plot");
});
