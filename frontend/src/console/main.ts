import "../lib/ui/base.css";
import { mount } from "svelte";
import { startI18n } from "../lib/i18n/index.svelte";
import { startRouter } from "../lib/router.svelte";
import App from "./App.svelte";
import { session } from "./state/session.svelte";
import { watchBack } from "./state/unsaved";

const target = document.getElementById("app");
if (target) {
  await startI18n(["common", "console", "console_insights", "console_desk", "console_staff", "console_products", "console_surfacing", "console_outreach", "surfacing", "deeds"]);
  watchBack();
  startRouter((path) => path === "/console" || path.startsWith("/console/"));
  mount(App, { target });
  void session.load();
}
