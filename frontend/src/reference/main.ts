import "../lib/ui/base.css";
import { mount } from "svelte";
import { startI18n } from "../lib/i18n/index.svelte";
import App from "./App.svelte";

const target = document.getElementById("app");
if (target) {
  await startI18n(["common", "console_open"]);
  mount(App, { target });
}
