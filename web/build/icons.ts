/// The icon sprite: every name of web/icons.txt as a <symbol>, from @tabler/icons.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";

const root = resolve(import.meta.dirname, "..");
const source = resolve(root, "../node_modules/@tabler/icons/icons/outline");

export function iconSprite(): Plugin {
  return {
    name: "linli-icons",
    buildStart() {
      this.addWatchFile(resolve(root, "icons.txt"));
    },
    generateBundle() {
      const names = readFileSync(resolve(root, "icons.txt"), "utf8")
        .split("\n")
        .map((line) => line.split("#")[0]!.trim())
        .filter(Boolean);
      const symbols = names.map((name) => {
        const file = resolve(source, `${name}.svg`);
        if (!existsSync(file)) this.error(`web/icons.txt names “${name}”, which @tabler/icons does not have.`);
        const body = readFileSync(file, "utf8")
          .replace(/^[\s\S]*?<svg[\s\S]*?>/, "")
          .replace("</svg>", "")
          .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
          .replace(/>\s+</g, "><")
          .trim();
        return `<symbol id="${name}" viewBox="0 0 24 24" stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`;
      });
      this.emitFile({
        type: "asset",
        name: "icons.svg",
        originalFileName: "icons.txt",
        source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`,
      });
      this.emitFile({
        type: "asset",
        name: "icon.svg",
        originalFileName: "icon.svg",
        source: readFileSync(resolve(root, "icon.svg"), "utf8"),
      });
    },
  };
}
