import "../lib/ui/base.css";
import { mount } from "svelte";
import { startI18n } from "../lib/i18n/index.svelte";
import SharedReport from "./SharedReport.svelte";

const target = document.getElementById("app");
if (target) {
  await startI18n(["common", "console", "console_insights"]);
  mount(SharedReport, { target, props: { token: location.pathname.split("/")[2] ?? "" } });
}
