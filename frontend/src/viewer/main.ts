import "../lib/ui/base.css";
import { mount } from "svelte";
import { startI18n } from "../lib/i18n/index.svelte";
import { startRouter } from "../lib/router.svelte";
import App from "./App.svelte";
import { isOurs, pageOf } from "./pages";

const target = document.getElementById("app");
if (target) {
  startRouter(isOurs);
  const page = pageOf(location.pathname, new URLSearchParams(location.search));
  // The page is on its way while the texts are; if it does not come, the app says so.
  await Promise.all([startI18n(["common", "viewer", "viewer_videos"]), page?.load().catch(() => undefined)]);
  mount(App, { target });
}
