/// The tools of the map page: measure, count in an area, find a place, ask what is there, print what is shown.
import type { Map as LibreMap, MapMouseEvent } from "maplibre-gl";

import { Drawing, read, written } from "./drawing";
import { area, length, metres, squareMetres, type Place } from "./geo";
import { formOf, under } from "./marks";
import { hideBorder, showBorder } from "./named";
import { showAt } from "./popover";

type Tool = "measure" | "area" | "mark";

export function tools(map: LibreMap, element: HTMLElement): void {
  const half = element.parentElement;
  const panel = half?.querySelector<HTMLElement>("[data-drawing]");
  if (!half || !panel) return;
  const filter = document.querySelector<HTMLFormElement>(".filters form");
  const counted = new Drawing(map, "counted");
  counted.set(read(element.dataset["area"]), true);
  const says = panel.querySelector<HTMLElement>("[data-says]")!;
  let tool: Tool | undefined;
  const drawing = new Drawing(map, "drawn", () => (says.textContent = sentence(drawing, panel, tool)));

  const take = (wanted: Tool | undefined): void => {
    tool = wanted;
    panel.hidden = !wanted;
    element.toggleAttribute("data-drawing", Boolean(wanted));
    map.doubleClickZoom[wanted ? "disable" : "enable"]();
    for (const button of half.querySelectorAll<HTMLElement>("[data-tool]")) button.setAttribute("aria-pressed", String(button.dataset["tool"] === wanted));
    for (const button of panel.querySelectorAll<HTMLElement>("[data-only]")) button.hidden = button.dataset["only"] !== wanted;
    drawing.set([], wanted === "area");
    if (wanted === "area") counted.set([]);
    if (wanted) map.getCanvas().focus();
  };
  const mark = (area: boolean): void => {
    if (drawing.places.length >= (area ? 3 : 1)) location.assign(formOf(drawing.places, area));
  };
  const done = (): void => {
    if (tool === "mark") return mark(false);
    if (tool === "measure") return drawing.set(drawing.places, drawing.places.length > 2 && !drawing.closed);
    if (tool !== "area" || drawing.places.length < 3) return;
    const places = drawing.places;
    take(undefined);
    counted.set(places, true);
    send(filter, "area", written(places));
  };
  const end = (): void => {
    const asked = tool === "area";
    take(undefined);
    if (asked) counted.set(read(new URLSearchParams(location.search).get("area")), true);
    half.querySelector<HTMLElement>("[data-tool]")?.focus();
  };
  const steps: Record<string, () => void> = {
    add: () => drawing.add(map.getCenter().toArray()),
    back: () => drawing.set(drawing.places.slice(0, -1)),
    done, end,
    ring: () => mark(true),
  };

  half.addEventListener("click", (event) => {
    const pressed = (event.target as Element).closest<HTMLElement>("[data-tool], [data-draw], [data-at], [data-box]");
    if (!pressed) return;
    const { tool: named, draw } = pressed.dataset;
    if (named) take(named === tool ? undefined : (named as Tool));
    else if (draw) steps[draw]?.();
    else fly(map, pressed);
  });
  map.on("click", (event: MapMouseEvent) => {
    if (tool) drawing.add(event.lngLat.toArray());
    else if (!onSign(map, event) && !under(map, event).length && map.getZoom() >= 12) void ask(map, element, event.lngLat.toArray(), solidAt(map, event));
  });
  map.on("dblclick", () => tool && done());
  element.addEventListener("keydown", (event) => {
    if (!(event.target as Element).classList.contains("maplibregl-canvas")) return;
    if (tool && event.key === "Enter") done();
    else if (tool && event.key === "Escape") end();
    else if (tool && event.key === "Backspace") steps["back"]!();
    else if (tool && event.key === " ") steps["add"]!();
    else if (event.key === "Enter") void ask(map, element, map.getCenter().toArray());
    else return;
    event.preventDefault();
  });
  day(half, filter);
  search(map, half);
  printing(map, half);
}

function sentence(drawing: Drawing, panel: HTMLElement, tool?: Tool): string {
  const { places, closed } = drawing;
  if (!tool || places.length < 2) return panel.dataset[`${tool ?? "measure"}Help`] ?? "";
  const line = closed && places.length > 2 ? [...places, places[0]!] : places;
  const size = closed && places.length > 2 ? ` · ${panel.dataset["size"]}: ${squareMetres(area(places))}` : "";
  return `${panel.dataset["distance"]}: ${metres(length(line))}${size}`;
}

/// Fields of the filter form that are set on the map; the form sends them with the others.
function send(form: HTMLFormElement | null, name: string, value: string): void {
  const input = form?.elements.namedItem(name);
  if (!(input instanceof HTMLInputElement)) return;
  input.value = value;
  form?.requestSubmit();
}

function solidAt(map: LibreMap, event: MapMouseEvent): number | undefined {
  if (!map.getLayer("buildings-solid") || map.getPitch() === 0) return undefined;
  const [found] = map.queryRenderedFeatures(event.point, { layers: ["buildings-solid"] });
  return found && Number(found.properties["building_id"]);
}

function onSign(map: LibreMap, event: MapMouseEvent): boolean {
  const layers = ["cases-one", "cases-many", "components-one", "components-many"].filter((id) => map.getLayer(id));
  return map.queryRenderedFeatures(event.point, { layers }).length > 0;
}

/// `building`: the one under the pointer, which a tilted map shows over other ground than its own.
async function ask(map: LibreMap, element: HTMLElement, [lon, lat]: Place, building?: number): Promise<void> {
  const source = element.dataset["here"];
  if (!source) return;
  const query = new URLSearchParams({ lon: lon.toFixed(6), lat: lat.toFixed(6) });
  const on = new URLSearchParams(location.search).get("on");
  if (on) query.set("on", on);
  if (building) query.set("building", String(building));
  const box = await showAt(map, [lon, lat], `${source}?${query.toString()}`);
  const border = box?.querySelector<HTMLElement>("[data-outline]")?.dataset["outline"];
  if (!border) return;
  box!.addEventListener("close", () => hideBorder(map), { once: true });
  await showBorder(map, border, on ?? "");
}

function fly(map: LibreMap, pressed: HTMLElement): void {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const numbers = (pressed.dataset["box"] ?? pressed.dataset["at"] ?? "").split(",").map(Number);
  if (numbers.length === 4) map.fitBounds(numbers as [number, number, number, number], { padding: 40, animate: !still });
  else map.flyTo({ center: numbers as Place, zoom: Math.max(map.getZoom(), 16.5), animate: !still });
  pressed.closest(".map-found")?.replaceChildren();
}

function day(half: HTMLElement, filter: HTMLFormElement | null): void {
  const form = half.querySelector<HTMLFormElement>("[data-map-day]");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    send(filter, "on", form.querySelector("input")?.value ?? "");
  });
  form?.addEventListener("change", () => send(filter, "on", form.querySelector("input")?.value ?? ""));
}

function search(map: LibreMap, half: HTMLElement): void {
  const form = half.querySelector<HTMLElement>(".map-search");
  form?.addEventListener("htmx:configRequest", (event) => {
    const { parameters } = (event as CustomEvent<{ parameters: Record<string, unknown> }>).detail;
    const [lon, lat] = map.getCenter().toArray();
    Object.assign(parameters, { lon: lon.toFixed(5), lat: lat.toFixed(5) });
  });
  const close = (): void => form?.querySelector(".map-found")?.replaceChildren();
  half.addEventListener("pointerdown", ({ target }) => {
    if (!form?.contains(target as Node)) close();
  });
  form?.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !form.contains(relatedTarget as Node)) close();
  });
  form?.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") walk(form, event);
  });
}

/// Arrows go from the field through what was found, and back.
function walk(form: HTMLElement, event: KeyboardEvent): void {
  const stops = [...form.querySelectorAll<HTMLElement>("input, .map-hit")];
  const next = stops.indexOf(document.activeElement as HTMLElement) + (event.key === "ArrowDown" ? 1 : -1);
  if (stops.length < 2 || !stops[next]) return;
  event.preventDefault();
  stops[next].focus();
}

/// The print shows what the map shows: place, ground, layers.
function printing(map: LibreMap, half: HTMLElement): void {
  const link = half.querySelector<HTMLAnchorElement>("[data-map-print]");
  if (!link) return;
  const address = link.href.split("?")[0]!;
  const write = (): void => {
    const query = new URLSearchParams(location.search);
    query.delete("cursor");
    const edges = map.getBounds().toArray().flat();
    query.set("box", edges.map((edge) => edge.toFixed(5)).join(","));
    const ground = half.querySelector<HTMLInputElement>("[data-map-ground] input:checked")?.value;
    if (ground) query.set("ground", ground);
    const hidden = [...half.querySelectorAll<HTMLInputElement>("[data-map-layers] input:not(:checked)")].map((box) => box.value);
    query.set("hide", hidden.join(","));
    link.href = `${address}?${query.toString()}`;
  };
  for (const type of ["pointerenter", "focus", "click"]) link.addEventListener(type, write);
}
