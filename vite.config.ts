/// One entry an island (web/islands/NAME.ts) and one for the style sheet, built into build/web.
/// Django finds the hashed names in build/web/.vite/manifest.json; its keys are the paths below
/// web/, for example "islands/app.ts" and "style/main.css".
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vite";

const root = resolve(import.meta.dirname, "web");

const islands = readdirSync(resolve(root, "islands"))
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
  .map((name) => [name.slice(0, -".ts".length), resolve(root, "islands", name)] as const);

export default defineConfig({
  root,
  base: "./", // pages and style sheets find their neighbours under any STATIC_URL
  build: {
    outDir: resolve(import.meta.dirname, "build/web"),
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    sourcemap: false,
    assetsInlineLimit: 0, // a strict CSP has no data: scripts or styles
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { ...Object.fromEntries(islands), main: resolve(root, "style/main.css") },
    },
  },
});
