/// Marks that staff put on the map: shapes and their texts as tiles; what is drawn leads to the form of a new one.
import type { FilterSpecification, Map as LibreMap, MapMouseEvent } from "maplibre-gl";

import { isDark } from "./base";
import { written } from "./drawing";
import type { Place } from "./geo";
import { showAt } from "./popover";
import { retile } from "./retile";

const SHAPES = ["marks-area", "marks-line", "marks-point"];

function tiles(on: string): string {
  return `${location.origin}/tiles/marks/{z}/{x}/{y}.mvt${on ? `?on=${encodeURIComponent(on)}` : ""}`;
}

export function showMarks(map: LibreMap, element: HTMLElement): void {
  map.addSource("marks", { type: "vector", tiles: [tiles(element.dataset["on"] ?? "")], maxzoom: 18 });
  addLayers(map, isDark(element));
  if (element.dataset["mode"] === "print") return;
  for (const layer of SHAPES) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
  map.on("click", (event: MapMouseEvent) => {
    if (element.hasAttribute("data-drawing")) return; // then a click is a corner
    const ids = [...new Set(under(map, event).map((found) => String(found.properties["id"])))].slice(0, 10);
    if (ids.length) void showAt(map, event.lngLat, `/map/marks/summary/?${new URLSearchParams(ids.map((id) => ["id", id])).toString()}`);
  });
  document.body.addEventListener("htmx:pushedIntoHistory", () => {
    const wanted = new URLSearchParams(location.search).get("on") ?? "";
    if (element.isConnected) retile(map, "marks", tiles(wanted));
  });
}

/// The marks under the pointer; an area only at its border or its text, so that what lies in it can be asked for.
export function under(map: LibreMap, event: MapMouseEvent): ReturnType<LibreMap["queryRenderedFeatures"]> {
  const layers = ["marks-line", "marks-point", "marks-name"].filter((id) => map.getLayer(id));
  return layers.length ? map.queryRenderedFeatures(event.point, { layers }).filter((found) => found.properties["id"]) : [];
}

/// Where the form of a new mark is: of one place a point, of several a line, closed an area.
export function formOf(places: Place[], area: boolean): string {
  const kind = area ? "area" : places.length > 1 ? "line" : "point";
  return `/map/marks/new/?${new URLSearchParams({ shape: `${kind}:${written(places)}` }).toString()}`;
}

function addLayers(map: LibreMap, dark: boolean): void {
  const [colour, halo] = dark ? ["#e9b5d8", "#12191c"] : ["#8a2a6c", "#ffffff"]; // no colour of the lights
  const of = (type: string): FilterSpecification => ["==", ["geometry-type"], type];
  const shapes = { source: "marks", "source-layer": "marks" } as const;
  const below = ["cases-many", "components-many"].find((id) => map.getLayer(id)); // cases keep their colours
  map.addLayer({ id: "marks-area", type: "fill", ...shapes, filter: of("Polygon"), paint: { "fill-color": colour, "fill-opacity": 0.1 } }, below);
  map.addLayer({ id: "marks-line", type: "line", ...shapes, filter: ["!=", ["geometry-type"], "Point"], layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": colour, "line-width": 2.5, "line-dasharray": [3, 1.5] } }, below);
  map.addLayer({ id: "marks-point", type: "circle", ...shapes, filter: of("Point"), paint: { "circle-color": halo, "circle-stroke-color": colour, "circle-stroke-width": 3, "circle-radius": 5 } }, below);
  map.addLayer({
    id: "marks-name", type: "symbol", source: "marks", "source-layer": "mark-names",
    layout: { "text-field": ["get", "text"], "text-font": ["sans-serif"], "text-size": 12.5, "text-max-width": 9, "text-anchor": "top", "text-offset": [0, 0.6], "text-optional": true },
    paint: { "text-color": colour, "text-halo-color": halo, "text-halo-width": 1.6 },
  });
}

/// The shape of one mark beside its form, before it is saved.
export async function showShape(map: LibreMap, text: string): Promise<void> {
  const { Drawing, read } = await import("./drawing");
  const [kind, corners] = text.split(":");
  new Drawing(map, "mark").set(read(corners), kind === "area");
}
