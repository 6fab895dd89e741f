/// Pieces of ground that change their grid by clicks: atoms of a plan, cells of a community. Around a map, a form
/// whose field `moves` says what changed, a table of grids whose radios choose the one that takes the next piece.
/// Without this file the form takes the same words from the keyboard.
import type { Map as LibreMap } from "maplibre-gl";

import { type Facts, type Pieces, Tally } from "../map/tally";
import { drawPieces, paint } from "../map/pieces";

export default function mount(element: HTMLElement): void {
  element.addEventListener("linli:map", (event) => {
    const map = (event as CustomEvent<LibreMap>).detail;
    const loaded = new Promise((resolve) => map.once("load", resolve)); // asked for before it can be over
    void Promise.all([load(element), loaded]).then(([pieces]) => pieces && begin(element, map, pieces));
  });
}

async function load(element: HTMLElement): Promise<Pieces | undefined> {
  const answer = await fetch(element.dataset["src"] ?? "");
  return answer.ok ? ((await answer.json()) as Pieces) : undefined;
}

function begin(element: HTMLElement, map: LibreMap, pieces: Pieces): void {
  const tally = new Tally(pieces);
  const field = element.querySelector<HTMLInputElement>("input[name=moves], textarea[name=moves]");
  const undo = element.querySelector<HTMLButtonElement>("[data-undo]");
  drawPieces(map, pieces, element.dataset["today"]);
  show(element, pieces.plan, tally);
  if (element.dataset["locked"] !== undefined) return;

  const changed = (): void => {
    paint(map, tally);
    if (field) field.value = tally.moves();
    if (undo) undo.disabled = !tally.canUndo;
    show(element, pieces.plan, tally);
  };
  // What the form came back with after a refusal is still meant.
  if (field?.value) {
    tally.read(field.value);
    changed();
  }
  map.on("click", "pieces-fill", (event) => {
    const chosen = element.querySelector<HTMLInputElement>("input[name=group]:checked");
    const piece = event.features?.[0]?.id;
    if (typeof piece !== "number") return;
    if (!chosen) return askForGrid(element);
    tally.give(piece, pieces.plan.keys.indexOf(chosen.value));
    changed();
  });
  map.on("mouseenter", "pieces-fill", () => (map.getCanvas().style.cursor = "pointer"));
  map.on("mouseleave", "pieces-fill", () => (map.getCanvas().style.cursor = ""));
  undo?.addEventListener("click", () => {
    tally.undo();
    changed();
  });
  field?.addEventListener("change", () => {
    tally.read(field.value);
    paint(map, tally);
    show(element, pieces.plan, tally);
  });
}

function askForGrid(element: HTMLElement): void {
  const says = element.querySelector<HTMLElement>("[data-says]");
  if (says) says.textContent = says.dataset["choose"] ?? "";
  element.querySelector<HTMLInputElement>("input[name=group]")?.focus();
}

/// The figures beside the map, as they would be after saving.
function show(element: HTMLElement, plan: Facts, tally: Tally): void {
  const put = (selector: string, text: string): void => {
    const found = element.querySelector(selector);
    if (found) found.textContent = text;
  };
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const loads = tally.loads();
  const filled = loads.filter((load, at) => load > 0 || !plan.keys[at]?.startsWith("+"));
  const mean = filled.reduce((sum, load) => sum + load, 0) / (filled.length || 1) || 1;
  tally.weights().forEach((weight, at) => put(`[data-weight="${at}"]`, number.format(Math.round(weight))));
  loads.forEach((load, at) => {
    const off = Math.round(100 * (load / mean - 1));
    const empty = load === 0 && plan.keys[at]?.startsWith("+");
    put(`[data-off="${at}"]`, empty ? "" : `${off < 0 ? "−" : "+"}${Math.abs(off)} %`);
  });
  put('[data-figure="spread"]', (Math.max(...filled) / mean).toFixed(2));
  put('[data-figure="low"]', (Math.min(...filled) / mean).toFixed(2));
  if (plan.moved) put('[data-figure="moved"]', number.format(Math.round(tally.moved())));
  const torn = tally.torn();
  put('[data-figure="torn"]', torn.length ? `${torn.length} (${torn.map((at) => plan.keys[at]).join(", ")})` : "0");
}
