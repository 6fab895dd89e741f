/// Which columns a list shows: a menu above the table, kept in this browser under the list's name.
import { icon } from "../dom";
import { word } from "../words";
import mountMenu from "./menu";

function hidden(list: string, optional: string[]): Set<string> {
  try {
    const kept = localStorage.getItem(`linli.columns.${list}`);
    return new Set(kept === null ? optional : (JSON.parse(kept) as string[]));
  } catch {
    return new Set(optional);
  }
}

function apply(table: HTMLElement, off: Set<string>): void {
  for (const cell of table.querySelectorAll<HTMLElement>("[data-col]")) cell.hidden = off.has(cell.dataset["col"] ?? "");
}

export default function mount(table: HTMLElement): void {
  const list = table.dataset["list"] ?? location.pathname;
  const heads = [...table.querySelectorAll<HTMLElement>("th[data-col]")];
  if (heads.length === 0) return;
  const optional = heads.filter((head) => "optional" in head.dataset).map((head) => head.dataset["col"] ?? "");
  const off = hidden(list, optional);
  apply(table, off);
  const menu = document.createElement("details");
  menu.className = "menu columns-menu no-print";
  const summary = document.createElement("summary");
  summary.className = "btn btn-sm";
  summary.append(icon("columns"), word("columns"));
  const choices = document.createElement("div");
  choices.className = "menu-list";
  for (const head of heads) {
    const name = head.dataset["col"] ?? "";
    const label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: !off.has(name) });
    box.addEventListener("change", () => {
      if (box.checked) off.delete(name);
      else off.add(name);
      localStorage.setItem(`linli.columns.${list}`, JSON.stringify([...off]));
      apply(table, off);
    });
    label.append(box, head.textContent?.trim() || name);
    choices.append(label);
  }
  menu.append(summary, choices);
  const around = table.closest(".table-scroll") ?? table;
  around.parentElement?.querySelector(":scope > .columns-menu")?.remove();
  around.before(menu);
  mountMenu(menu);
}
