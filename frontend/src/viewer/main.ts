import "../lib/ui/base.css";
import { mount } from "svelte";
import { startI18n } from "../lib/i18n/index.svelte";
import { startRouter } from "../lib/router.svelte";
import App from "./App.svelte";

const target = document.getElementById("app");
if (target) {
  startRouter((path) => path === "/" || path.startsWith("/rooms/") || path.startsWith("/pay/"));
  await startI18n(["common", "viewer"]);
  mount(App, { target });
}
