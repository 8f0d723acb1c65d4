import { createRouter, createWebHistory, type Router } from "vue-router";
import { reportPageError } from "./composables/use-page-errors.ts";
import LivePage from "./pages/live-page.vue";
import OverviewPage from "./pages/overview-page.vue";

/** Pages by address. Overview and Live come with the page itself, the others when they are opened. */
export function createPageRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: "/", name: "overview", component: OverviewPage, meta: { title: "Overview" } },
      { path: "/live", name: "live", component: LivePage, meta: { title: "Live" } },
      { path: "/live/:cmts", name: "liveCmts", component: LivePage, meta: { title: "Live" } },
      { path: "/live/:cmts/:port", name: "livePort", component: LivePage, meta: { title: "Live" } },
      {
        path: "/live/:cmts/:port/setup",
        name: "setup",
        component: () => import("./pages/setup-page.vue"),
        meta: { title: "UTSC set-up" },
      },
      {
        path: "/captures",
        name: "captures",
        component: () => import("./pages/captures-page.vue"),
        meta: { title: "Captures" },
      },
      {
        path: "/captures/opened/:id?",
        name: "openedFile",
        component: () => import("./pages/opened-file-page.vue"),
        meta: { title: "Opened file" },
      },
      {
        path: "/captures/:id",
        name: "capture",
        component: () => import("./pages/capture-page.vue"),
        meta: { title: "Capture" },
      },
      {
        path: "/events/:id?",
        name: "events",
        component: () => import("./pages/events-page.vue"),
        meta: { title: "Events" },
      },
      {
        path: "/recordings",
        name: "recordings",
        component: () => import("./pages/recordings-page.vue"),
        meta: { title: "Recordings" },
      },
      {
        path: "/recordings/:id",
        name: "recording",
        component: () => import("./pages/recording-page.vue"),
        meta: { title: "Recording" },
      },
      {
        path: "/ports",
        name: "ports",
        component: () => import("./pages/ports-page.vue"),
        meta: { title: "Ports side by side" },
      },
      {
        path: "/compare",
        name: "compare",
        component: () => import("./pages/compare-page.vue"),
        meta: { title: "Compare" },
      },
      {
        path: "/plant",
        name: "plant",
        component: () => import("./pages/plant-page.vue"),
        meta: { title: "Plant" },
      },
      {
        path: "/agents",
        name: "agents",
        component: () => import("./pages/agents-page.vue"),
        meta: { title: "Agents" },
      },
      {
        path: "/polling",
        name: "polling",
        component: () => import("./pages/polling-page.vue"),
        meta: { title: "Polling" },
      },
      {
        path: "/health",
        name: "health",
        component: () => import("./pages/health-page.vue"),
        meta: { title: "Health" },
      },
      ...(["modems", "runs"] as const).map((name) => ({
        path: `/${name}`,
        name,
        component: () => import("./pages/not-offered-page.vue"),
        props: { name },
        meta: { title: name.charAt(0).toUpperCase() + name.slice(1) },
      })),
      {
        path: "/:rest(.*)*",
        name: "unknown",
        component: () => import("./pages/unknown-page.vue"),
        meta: { title: "No such page" },
      },
    ],
  });
  router.afterEach((to) => {
    document.title = `${String(to.meta.title ?? "")} · PNM Lab`;
  });
  router.onError((thrown) => reportPageError(thrown));
  return router;
}
