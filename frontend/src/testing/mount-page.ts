import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import type { Component } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import type { LabClient } from "../api/lab-client.ts";
import { LabSync } from "../api/lab-sync.ts";
import { labKey } from "../composables/use-lab.ts";
import { PageFeed } from "../render/page-feed.ts";

Object.assign(globalThis, {
  __PNMLAB_BUILD__: { version: "0.1.0", commit: "page", dirty: false, builtAt: "2026-01-01T00:00:00Z" },
});

export interface MountedPage {
  wrapper: VueWrapper;
  sync: LabSync;
  close(): void;
}

/** Mounts a page on a lab, with a router that knows every address; waits until the lab has answered. */
export async function mountPage(
  page: Component,
  client: LabClient,
  path: string,
  pattern: string,
): Promise<MountedPage> {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: pattern, component: page },
      { path: "/:rest(.*)*", component: { render: () => null } },
    ],
  });
  const sync = new LabSync(client, new PageFeed(() => {}));
  await router.push(path);
  const wrapper = mount(
    { template: "<RouterView />" },
    { global: { plugins: [router], provide: { [labKey as symbol]: sync } } },
  );
  sync.start();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await flushPromises();
  return {
    wrapper,
    sync,
    close: () => {
      wrapper.unmount();
      sync.close();
    },
  };
}
