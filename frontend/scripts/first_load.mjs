// Measures the JavaScript that the viewer's page loads before the player, gzipped, and fails above the budget.
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET_KIB = 60;
const folder = process.argv[2] ?? fileURLToPath(new URL("../../src/xiaodian/web", import.meta.url));
const web = pathToFileURL(`${folder}/`);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", web), "utf8"));

/** A chunk and all that it imports statically; what it imports dynamically is loaded later. */
function collect(name, files = new Set()) {
  const chunk = manifest[name];
  if (!chunk || files.has(chunk.file)) return files;
  files.add(chunk.file);
  for (const imported of chunk.imports ?? []) collect(imported, files);
  return files;
}

/** The pages that somebody may come to first; each with what every page needs, and the texts of one language. */
const PAGES = { home: "home/Home", room: "room/RoomPage", video: "video/VideoPage" };
const ALWAYS = /(^index\.html$|messages\/zh\/(common|viewer|viewer_videos)\.json$)/;

function measure(page) {
  const names = Object.keys(manifest).filter((name) => ALWAYS.test(name) || name.endsWith(`viewer/${page}.svelte`));
  const files = new Set(names.flatMap((name) => [...collect(name)]));
  const scripts = [...files].filter((file) => file.endsWith(".js"));
  const bytes = scripts.reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, web))).length, 0);
  return { kib: bytes / 1024, files: scripts.length };
}

const loads = Object.entries(PAGES).map(([name, page]) => ({ name, ...measure(page) }));
for (const { name, kib, files } of loads) console.log(`viewer_first_load_${name}_kib ${kib.toFixed(1)} (budget ${BUDGET_KIB}, ${files} files)`);
const most = Math.max(...loads.map(({ kib }) => kib));
console.log(`viewer_first_load_kib ${most.toFixed(1)}`);
if (most > BUDGET_KIB) {
  console.error("The viewer's first load is over its budget.");
  process.exit(1);
}
