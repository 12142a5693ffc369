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

/** Home and room are views of the first load, as are the texts of one language. */
const FIRST = /(^index\.html$|messages\/zh\/(common|viewer)\.json$|viewer\/(home\/Home|room\/RoomPage)\.svelte$)/;
const files = new Set(Object.keys(manifest).filter((name) => FIRST.test(name)).flatMap((name) => [...collect(name)]));
const scripts = [...files].filter((file) => file.endsWith(".js"));
const bytes = scripts.reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, web))).length, 0);
const kib = bytes / 1024;
console.log(`viewer_first_load_kib ${kib.toFixed(1)} (budget ${BUDGET_KIB}, ${scripts.length} files)`);
if (kib > BUDGET_KIB) {
  console.error("The viewer's first load is over its budget.");
  process.exit(1);
}
