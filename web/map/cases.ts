/// Cases as vector tiles with the filters of the list: counts from afar, points with their light near by.
/// The tile layer "cases" holds points with `id`, `number`, `light`, and from afar `count`.
import { type ExpressionSpecification, type Map as LibreMap, type MapLayerMouseEvent } from "maplibre-gl";

const LIGHTS = { green: "#2e9e44", yellow: "#f2b600", red: "#d22f27", none: "#6b7480" };
const light: ExpressionSpecification = [
  "match", ["get", "light"], "green", LIGHTS.green, "yellow", LIGHTS.yellow, "red", LIGHTS.red, LIGHTS.none,
];
const many: ExpressionSpecification = [">", ["coalesce", ["get", "count"], 1], 1];

function caseUrl(pattern: string, properties: Record<string, unknown>): string {
  return pattern
    .replace("{number}", encodeURIComponent(String(properties["number"] ?? properties["id"] ?? "")))
    .replace("{id}", encodeURIComponent(String(properties["id"] ?? "")));
}

function tiles(query: string): string {
  return `${location.origin}/tiles/cases/{z}/{x}/{y}.mvt${query.length > 1 ? query : ""}`;
}

export function showCases(map: LibreMap, element: HTMLElement): void {
  const pattern = element.dataset["caseUrl"] ?? "";
  map.addSource("cases", { type: "vector", tiles: [tiles(element.dataset["cases"] ?? "?")], maxzoom: 16 });
  const place = { source: "cases", "source-layer": "cases" } as const;
  map.addLayer({
    id: "cases-many", type: "circle", ...place, filter: many,
    paint: {
      "circle-color": "#0b6478", "circle-opacity": 0.85, "circle-stroke-color": "#fff", "circle-stroke-width": 1.5,
      "circle-radius": ["interpolate", ["linear"], ["log10", ["get", "count"]], 0, 9, 2, 16, 4, 28],
    },
  });
  map.addLayer({
    id: "cases-one", type: "circle", ...place, filter: ["!", many],
    paint: {
      "circle-color": light, "circle-stroke-color": "#fff", "circle-stroke-width": 1.5,
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 10, 4, 16, 8],
    },
  });
  map.addLayer({
    id: "cases-count", type: "symbol", ...place, filter: many,
    layout: { "text-field": ["to-string", ["get", "count"]], "text-size": 12, "text-font": ["sans-serif"] },
    paint: { "text-color": "#fff" },
  });
  map.on("click", "cases-many", (event: MapLayerMouseEvent) => map.easeTo({ center: event.lngLat, zoom: map.getZoom() + 2 }));
  map.on("click", "cases-one", (event: MapLayerMouseEvent) => {
    const found = event.features?.[0];
    if (found && pattern) location.assign(caseUrl(pattern, found.properties));
  });
  for (const layer of ["cases-many", "cases-one"]) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
  // A changed filter or a changed case: fetch the tiles again.
  const again = (query: string): void => {
    const source = map.getSource("cases");
    if (source && "setTiles" in source) (source as { setTiles: (urls: string[]) => void }).setTiles([tiles(query)]);
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener("linli:case", () => {
    clearTimeout(timer);
    timer = setTimeout(() => again(element.dataset["cases"] ?? "?"), 5_000);
  });
  document.body.addEventListener("htmx:pushedIntoHistory", () => {
    if (element.isConnected && element.classList.contains("map-list")) {
      element.dataset["cases"] = location.search || "?";
      again(element.dataset["cases"]);
    }
  });
}
