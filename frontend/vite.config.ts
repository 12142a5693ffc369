import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { type Plugin, defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env.XIAODIAN_DEV_SERVER ?? "http://127.0.0.1:8000";

/** In development as in production, every page below /console is the console's. */
function serveConsole(): Plugin {
  return {
    name: "serve-console",
    configureServer(dev) {
      dev.middlewares.use((request, _response, next) => {
        if (/^\/console(\/|\?|$)/.test(request.url ?? "")) request.url = "/console.html";
        if (/^\/reports\//.test(request.url ?? "")) request.url = "/report.html";
        if (/^\/open(\?|$)/.test(request.url ?? "")) request.url = "/open.html";
        next();
      });
    },
  };
}

export default defineConfig({
  plugins: [svelte(), serveConsole()],
  build: {
    outDir: here("../src/xiaodian/web"),
    emptyOutDir: true,
    assetsDir: "assets",
    target: "es2022",
    manifest: true,
    rolldownOptions: {
      input: { viewer: here("index.html"), console: here("console.html"), open: here("open.html"), report: here("report.html") },
      // What every page begins with comes in few files: each of its own would be asked for and packed by itself.
      output: {
        codeSplitting: {
          groups: [
            { name: "foundation", test: /node_modules[\\/](svelte|openapi-fetch|esm-env|clsx)[\\/]|src[\\/]lib[\\/](ui|api|i18n|format|router|session|ticker)/, priority: 2 },
            { name: "viewer", test: /src[\\/](viewer[\\/](state|home[\\/]HomeHead|home[\\/]tabs|cart[\\/]CartButton|cart[\\/]api|place[\\/](place|sheets|FollowButton|FeaturedCard)|stock|LanguageSwitch|pay[\\/]return_address)|lib[\\/](player|live[\\/](fold|offer|clock)))/, priority: 1 },
          ],
        },
      },
    },
  },
  server: {
    fs: { allow: [here(".."), here(".")] },
    proxy: Object.fromEntries(["/api", "/live", "/media", "/open/v1"].map((path) => [path, { target: server }])),
  },
  test: { environment: "node", include: ["tests/**/*.test.ts"] },
} as import("vitest/config").ViteUserConfig);
