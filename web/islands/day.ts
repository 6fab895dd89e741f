/// A day: typed as 2026-11-22 (or 2026/11/22, 20261122, 2026年11月22日) or chosen from a calendar below the
/// field. data-until names the field of the same form where a period ends: then quick choices fill both.
import { icon } from "../dom";
import { word } from "../words";

const DAY_MS = 86_400_000;
let open: (() => void) | undefined; // closes the calendar that is open

/// Days are kept in UTC: they have no hour and no summer time.
function today(): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()));
}

function iso(day: Date): string {
  return day.toISOString().slice(0, 10);
}

export function read(text: string): Date | undefined {
  const found = /^\s*(\d{4})(?:[-/.年]?)(\d{1,2})(?:[-/.月]?)(\d{1,2})日?\s*$/.exec(text);
  if (!found) return undefined;
  const [year, month, date] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const day = new Date(Date.UTC(year, month - 1, date));
  return day.getUTCMonth() === month - 1 && day.getUTCDate() === date ? day : undefined;
}

function plus(day: Date, days: number): Date {
  return new Date(day.getTime() + days * DAY_MS);
}

function firstOf(day: Date, months = 0): Date {
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months, 1));
}

/// The same date some months on, or the last of that month.
function months(day: Date, count: number): Date {
  const last = plus(firstOf(day, count + 1), -1);
  return new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), Math.min(day.getUTCDate(), last.getUTCDate())));
}

const periods: [string, () => [Date, Date]][] = [
  ["today", () => [today(), today()]],
  ["lastDays", () => [plus(today(), -6), today()]],
  ["thisMonth", () => [firstOf(today()), today()]],
  ["lastMonth", () => [firstOf(today(), -1), plus(firstOf(today()), -1)]],
];

function pressable(css: string, ...content: (Node | string)[]): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = css;
  made.append(...content);
  return made;
}

class Calendar {
  readonly panel = document.createElement("div");
  private at: Date;

  constructor(
    private readonly field: HTMLInputElement,
    private readonly opener: HTMLButtonElement,
  ) {
    this.at = read(field.value) ?? today();
    this.panel.className = "day-panel";
    this.panel.role = "dialog";
    this.panel.ariaLabel = word("chooseDay");
    this.panel.addEventListener("keydown", (event) => this.key(event));
    this.draw();
  }

  private lang(): string {
    return document.documentElement.lang || "zh-Hans";
  }

  draw(focus = false): void {
    const head = document.createElement("div");
    head.className = "day-head";
    const title = document.createElement("strong");
    title.ariaLive = "polite";
    title.textContent = new Intl.DateTimeFormat(this.lang(), { year: "numeric", month: "long", timeZone: "UTC" }).format(this.at);
    const step = (name: string, way: string, count: number): HTMLButtonElement => {
      const made = pressable("top-button", icon(way));
      made.ariaLabel = word(name);
      made.addEventListener("click", () => this.go(months(this.at, count)));
      return made;
    };
    head.append(step("monthBefore", "chevron-left", -1), title, step("monthAfter", "chevron-right", 1));
    const grid = document.createElement("table");
    grid.append(this.names(), this.weeks());
    this.panel.replaceChildren(...this.quick(), head, grid);
    if (focus) this.panel.querySelector<HTMLElement>("[tabindex='0']")?.focus();
  }

  private quick(): Node[] {
    const name = this.field.dataset["until"];
    const until = name ? this.field.form?.elements.namedItem(name) : undefined;
    if (!(until instanceof HTMLInputElement)) return [];
    const row = document.createElement("div");
    row.className = "day-quick";
    for (const [label, period] of periods) {
      const made = pressable("btn btn-sm", word(label));
      made.addEventListener("click", () => {
        const [from, to] = period();
        until.value = iso(to);
        this.take(from);
      });
      row.append(made);
    }
    return [row];
  }

  private names(): HTMLElement {
    const head = document.createElement("thead");
    const row = document.createElement("tr");
    for (let weekday = 0; weekday < 7; weekday++) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = new Intl.DateTimeFormat(this.lang(), { weekday: "narrow", timeZone: "UTC" }).format(new Date(Date.UTC(2024, 0, 1 + weekday)));
      row.append(cell);
    }
    head.append(row);
    return head;
  }

  private weeks(): HTMLElement {
    const body = document.createElement("tbody");
    const first = firstOf(this.at);
    let day = plus(first, -((first.getUTCDay() + 6) % 7)); // weeks begin on Monday
    const [chosen, now] = [this.field.value, iso(today())];
    const least = this.field.dataset["min"] ?? "";
    while (day < firstOf(this.at, 1)) {
      const row = document.createElement("tr");
      for (let weekday = 0; weekday < 7; weekday++, day = plus(day, 1)) {
        const cell = document.createElement("td");
        const own = new Date(day);
        const made = pressable("day-one", String(own.getUTCDate()));
        made.tabIndex = own.getTime() === this.at.getTime() ? 0 : -1;
        made.ariaLabel = iso(own);
        made.disabled = iso(own) < least;
        if (iso(own) === chosen) made.ariaPressed = "true";
        if (iso(own) === now) made.ariaCurrent = "date";
        if (own.getUTCMonth() !== this.at.getUTCMonth()) made.classList.add("day-other");
        made.addEventListener("click", () => this.take(own));
        cell.append(made);
        row.append(cell);
      }
      body.append(row);
    }
    return body;
  }

  private go(day: Date): void {
    this.at = day;
    this.draw(true);
  }

  private take(day: Date): void {
    this.field.value = iso(day);
    open?.();
    this.opener.focus();
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.stopPropagation();
      event.preventDefault(); // a dialog around it stays
      open?.();
      this.opener.focus();
      return;
    }
    if (!(event.target as Element).classList.contains("day-one")) return;
    const days = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    const by = { PageUp: -1, PageDown: 1 }[event.key];
    if (days === undefined && by === undefined) return;
    event.preventDefault();
    this.go(days === undefined ? months(this.at, by!) : plus(this.at, days));
  }
}

export default function mount(element: HTMLElement): void {
  const field = element as HTMLInputElement;
  const around = document.createElement("span");
  around.className = "day";
  const opener = pressable("day-open", icon("calendar"));
  opener.title = word("chooseDay");
  opener.ariaLabel = word("chooseDay");
  opener.ariaExpanded = "false";
  field.replaceWith(around);
  around.append(field, opener);

  // Before htmx reads the form: what was typed is written as the server reads it.
  field.addEventListener("change", () => {
    const day = read(field.value);
    if (day) field.value = iso(day);
  });
  opener.addEventListener("click", () => {
    const own = opener.ariaExpanded === "true";
    open?.();
    if (own) return;
    const calendar = new Calendar(field, opener);
    const outside = (event: Event): void => {
      if (!around.contains(event.target as Node)) open?.();
    };
    open = () => {
      calendar.panel.remove();
      opener.ariaExpanded = "false";
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
      open = undefined;
    };
    around.append(calendar.panel);
    opener.ariaExpanded = "true";
    const box = calendar.panel.getBoundingClientRect();
    calendar.panel.classList.toggle("day-left", box.right > document.documentElement.clientWidth - 8);
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    calendar.draw(true);
  });
}
