/// The keyboard: j/k and arrows walk the rows, Enter opens, data-shortcut keys click or focus, ? lists them;
/// data-hotkey keys do so too while somebody types.
import { typing } from "./dom";
import { word } from "./words";

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-row]")].filter((row) => row.offsetParent !== null);
}

function walk(step: number): void {
  const all = rows();
  if (all.length === 0) return;
  const at = all.findIndex((row) => row.classList.contains("row-current"));
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))]!;
  for (const row of all) row.classList.toggle("row-current", row === next);
  next.querySelector<HTMLElement>("a, button")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function shortcuts(): HTMLElement[] {
  const scope = document.querySelector("dialog[open]") ?? document;
  return [...scope.querySelectorAll<HTMLElement>("[data-shortcut]")].filter((each) => each.offsetParent !== null);
}

function says(element: HTMLElement): string {
  const field = element as HTMLInputElement;
  const own = element.cloneNode(true) as HTMLElement;
  for (const key of own.querySelectorAll("kbd")) key.remove();
  return element.title || field.placeholder || own.textContent?.trim().replace(/\s+/g, " ") || "";
}

function help(): void {
  const dialog = document.getElementById("dialog");
  const body = document.getElementById("dialog-body");
  if (!(dialog instanceof HTMLDialogElement) || !body) return;
  const list = document.createElement("dl");
  list.className = "keys";
  const pairs = [
    ...shortcuts().map((each) => [each.dataset["shortcut"] ?? "", says(each)] as const),
    ...hotkeys().map((each) => [(each.dataset["hotkey"] ?? "").replace("+", " "), says(each)] as const),
  ];
  for (const [key, text] of [["j  k", "↓ ↑"], ["Enter", "→"], ["?", word("showKeys")], ...pairs] as const) {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const meaning = document.createElement("dd");
    for (const one of key.split(/\s+/)) term.append(Object.assign(document.createElement("kbd"), { textContent: one }));
    meaning.textContent = text;
    row.append(term, meaning);
    list.append(row);
  }
  const title = Object.assign(document.createElement("h2"), { textContent: word("showKeys") });
  const close = Object.assign(document.createElement("button"), { className: "btn", textContent: word("close") });
  close.dataset["closes"] = "";
  const actions = Object.assign(document.createElement("div"), { className: "dialog-actions" });
  actions.append(close);
  body.replaceChildren(title, list, actions);
  dialog.showModal();
}

/// data-hotkey="Ctrl+Enter" or "Alt+P": a key that also works while somebody types.
function hotkeys(): HTMLElement[] {
  const scope = document.querySelector("dialog[open]") ?? document;
  return [...scope.querySelectorAll<HTMLElement>("[data-hotkey]")].filter((each) => each.offsetParent !== null);
}

/// The key itself, not the sign it writes: Alt makes other signs of it, and Chinese input none.
function nameOf(event: KeyboardEvent): string {
  const key = event.code.replace(/^(Key|Digit|Numpad)/, "");
  return `${event.ctrlKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${key}`;
}

/// Clicks a button; inside anything else, opened if it is folded, the field that is chosen or the first.
function use(element: HTMLElement): void {
  if (element.matches("a, button, summary, input, textarea, select")) {
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)) element.focus();
    else element.click();
    return;
  }
  element.querySelector<HTMLElement>("details:not([open]) > summary")?.click();
  const fields = [...element.querySelectorAll<HTMLInputElement>("input:not([type=hidden]), textarea, select")];
  (fields.find((each) => each.checked) ?? fields[0])?.focus();
}

function pressed(event: KeyboardEvent): void {
  if (event.ctrlKey !== event.altKey && !event.metaKey && !event.isComposing && !event.defaultPrevented) {
    const name = nameOf(event);
    const named = hotkeys().find((each) => each.dataset["hotkey"] === name);
    if (named) {
      event.preventDefault();
      return use(named);
    }
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.key === "Escape" && typing()) return (document.activeElement as HTMLElement).blur();
  if (typing()) return;
  const wanted = shortcuts().find((each) => each.dataset["shortcut"] === event.key);
  if (wanted) {
    event.preventDefault();
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(wanted.tagName)) wanted.focus();
    else wanted.click();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    walk(event.key === "j" ? 1 : -1);
  } else if (event.key === "?") help();
}

export function listen(): void {
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-keys-help]")) help();
  });
}
