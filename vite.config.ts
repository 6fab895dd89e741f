/// Three entries, one for each kind of reader (web/portal.ts, web/phone.ts, web/desk.ts), built into
/// build/web. Django finds the hashed names in build/web/.vite/manifest.json; its keys are the paths
/// below web/, for example "desk.ts". Islands are loaded by the entries when a page has one.
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

import { compressed } from "./web/build/compress";
import { iconSprite } from "./web/build/icons";
import { trimmedTabler } from "./web/build/tabler";

const root = resolve(import.meta.dirname, "web");
const shared = ["src/linli/kernel/templates", "web/islands", "web/shell.ts"];

/// htmx offers to evaluate text; the content security policy forbids it, so the door is closed here,
/// which also lets the bundler shorten htmx's names.
const htmxWithoutEval: Plugin = {
  name: "linli-htmx",
  transform(code, id) {
    if (!id.includes("htmx.org/dist/htmx.esm.js")) return null;
    const closed = code.replace("return eval(str)", 'throw new Error("no eval")');
    if (closed === code) this.error("htmx has changed: its eval is no longer where it was.");
    return { code: closed, map: null };
  },
};

export default defineConfig({
  root,
  base: "./", // pages and style sheets find their neighbours under any STATIC_URL
  plugins: [
    htmxWithoutEval,
    iconSprite(),
    trimmedTabler({
      portal: [...shared, "src/linli/portal"],
      phone: [...shared, "src/linli/field"],
    }),
    compressed(),
  ],
  build: {
    outDir: resolve(import.meta.dirname, "build/web"),
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    cssTarget: ["chrome94", "safari15", "firefox94"], // older web views: light-dark() and nesting are lowered
    sourcemap: false,
    chunkSizeWarningLimit: 1200, // MapLibre, loaded by the map island alone
    assetsInlineLimit: 0, // a strict CSP has no data: scripts or styles
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        portal: resolve(root, "portal.ts"),
        phone: resolve(root, "phone.ts"),
        desk: resolve(root, "desk.ts"),
      },
    },
  },
  worker: { format: "es" },
});
