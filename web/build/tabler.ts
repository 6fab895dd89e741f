/// Tabler's style sheet, cut to what a set of templates uses: residents should not wait for the rest.
/// `import "virtual:tabler/portal.css"` keeps a rule only if every class in its selector occurs, as a
/// word, in the templates and islands that the entry may show.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import postcss, { type AtRule, type Rule } from "postcss";
import type { Plugin } from "vite";

const root = resolve(import.meta.dirname, "../..");
const sheet = resolve(root, "node_modules/@tabler/core/dist/css/tabler.css");

function filesUnder(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path).flatMap((name) => filesUnder(resolve(path, name)));
}

function wordsIn(paths: string[]): Set<string> {
  const words = new Set<string>();
  for (const file of paths.flatMap((path) => filesUnder(resolve(root, path)))) {
    if (!/\.(html|ts|py)$/.test(file)) continue;
    for (const word of readFileSync(file, "utf8").match(/[\w-]+/g) ?? []) words.add(word);
  }
  return words;
}

export function trim(css: string, words: Set<string>): string {
  const tree = postcss.parse(css);
  tree.walkRules((rule: Rule) => {
    const kept = rule.selectors.filter((selector) =>
      [...selector.replace(/\\./g, "_").matchAll(/\.([A-Za-z_][\w-]*)/g)].every((found) => words.has(found[1]!)),
    );
    if (kept.length === 0) rule.remove();
    else if (kept.length < rule.selectors.length) rule.selectors = kept;
  });
  const used = new Set([...tree.toString().matchAll(/var\((--[\w-]+)/g)].map((found) => found[1]!));
  tree.walkDecls(/^--tblr-/, (declaration) => {
    if (!used.has(declaration.prop)) declaration.remove();
  });
  tree.walkComments((comment) => {
    if (!comment.text.startsWith("!")) comment.remove();
  });
  const emptied = (): boolean => {
    let found = false;
    tree.walk((node) => {
      const block = node as Rule | AtRule;
      if ((node.type === "rule" || node.type === "atrule") && block.nodes?.length === 0) {
        node.remove();
        found = true;
      }
    });
    return found;
  };
  while (emptied());
  return tree.toString();
}

export function trimmedTabler(entries: Record<string, string[]>): Plugin {
  const prefix = "virtual:tabler/";
  return {
    name: "linli-tabler",
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith(`\0${prefix}`)) return null;
      const entry = id.slice(prefix.length + 1).replace(/\.css$/, "");
      const paths = entries[entry];
      if (!paths) throw new Error(`No templates named for ${id}; see vite.config.ts.`);
      return trim(readFileSync(sheet, "utf8"), wordsIn(paths));
    },
  };
}
