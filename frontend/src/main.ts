import "./zod-without-eval.ts";
import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/page.css";
import { createApp } from "vue";
import { HttpLabClient } from "./api/http-client.ts";
import type { LabClient } from "./api/lab-client.ts";
import { LabSync } from "./api/lab-sync.ts";
import App from "./app.vue";
import { labKey } from "./composables/use-lab.ts";
import { reportPageError } from "./composables/use-page-errors.ts";
import { applySettings } from "./composables/use-settings.ts";
import { stageHandle } from "./render/stage-host.ts";
import { createPageRouter } from "./router.ts";

applySettings();

const sync = new LabSync(await createClient(), stageHandle().feed);
const app = createApp(App);
app.provide(labKey, sync);
app.config.errorHandler = (thrown) => reportPageError(thrown);
app.use(createPageRouter());
app.mount("#app");
sync.start();

async function createClient(): Promise<LabClient> {
  if (import.meta.env.MODE === "synthetic") {
    const { SyntheticLabClient } = await import("./api/synthetic/synthetic-client.ts");
    return new SyntheticLabClient();
  }
  return new HttpLabClient();
}
