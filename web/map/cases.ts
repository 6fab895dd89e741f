/// Cases as vector tiles with the filters of the list: counts from afar, points with their light near by.
/// Features of the layer "cases" have `number`, `light`, `stage`, `class`, or from afar `count`, `late`, `soon`.
import { type ExpressionSpecification, type Map as LibreMap, type MapGeoJSONFeature, type MapLayerMouseEvent } from "maplibre-gl";

import { isDark } from "./base";
import { popover } from "./popover";
import { retile } from "./retile";

const light: ExpressionSpecification = ["coalesce", ["get", "light"], ""];
const many: ExpressionSpecification = ["has", "count"];
const any = (name: string): ExpressionSpecification => [">", ["coalesce", ["get", name], 0], 0];
/// A city sees hundreds of moves a minute: the map looks again at most this often.
const AGAIN_MS = 4_000;

/// The lights as in lists: a disc, a triangle, a square, told apart by shape as well as by colour.
const SHAPES: Record<string, (draw: CanvasRenderingContext2D) => void> = {
  none: (draw) => draw.arc(16, 16, 9, 0, 7),
  green: (draw) => draw.arc(16, 16, 10, 0, 7),
  yellow: (draw) => [[16, 4], [29, 27], [3, 27]].forEach(([x, y], at) => (at ? draw.lineTo(x!, y!) : draw.moveTo(x!, y!))),
  red: (draw) => draw.rect(6, 6, 20, 20),
};

function addSigns(map: LibreMap, colours: Record<string, string>, edge: string): void {
  for (const [name, shape] of Object.entries(SHAPES)) {
    const draw = Object.assign(document.createElement("canvas"), { width: 32, height: 32 }).getContext("2d");
    if (!draw) continue;
    Object.assign(draw, { fillStyle: colours[name], strokeStyle: edge, lineWidth: 3, lineJoin: "round" });
    draw.beginPath();
    shape(draw);
    draw.closePath();
    draw.stroke();
    draw.fill();
    map.addImage(`light-${name}`, draw.getImageData(0, 0, 32, 32), { pixelRatio: 2 });
  }
}

/// `pattern`: another address of the tiles, with 111, 222, 333 where zoom, column and row go.
function tiles(query: string, pattern = "/tiles/cases/111/222/333.mvt"): string {
  const path = pattern.replace("111", "{z}").replace("222", "{x}").replace("333", "{y}");
  return `${location.origin}${path}${query.length > 1 ? query : ""}`;
}

function addLayers(map: LibreMap, dark: boolean): void {
  const lights = dark ? { green: "#4cc267", yellow: "#f5c33b", red: "#ff6a5e" } : { green: "#23863a", yellow: "#e2a400", red: "#c9281f" };
  const [accent, ink, edge] = dark ? ["#5fc3d6", "#06252d", "#12191c"] : ["#0b6478", "#ffffff", "#ffffff"];
  const place = { source: "cases", "source-layer": "cases" } as const;
  map.addLayer({
    id: "cases-many", type: "circle", ...place, filter: many,
    paint: {
      "circle-color": accent, "circle-opacity": 0.92, "circle-stroke-width": 3,
      "circle-stroke-color": ["case", any("late"), lights.red, any("soon"), lights.yellow, edge],
      "circle-radius": ["interpolate", ["linear"], ["log10", ["get", "count"]], 0, 10, 2, 15, 4, 26],
    },
  });
  addSigns(map, { ...lights, none: "#7a878d" }, edge);
  map.addLayer({
    id: "cases-one", type: "symbol", ...place, filter: ["!", many],
    layout: {
      "icon-image": ["concat", "light-", ["case", ["==", light, ""], "none", light]],
      "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.8, 16, 1.25],
      "icon-allow-overlap": true, "icon-ignore-placement": true,
      "symbol-sort-key": ["match", light, "red", 3, "yellow", 2, "green", 1, 0],
    },
  });
  map.addLayer({
    id: "cases-count", type: "symbol", ...place, filter: many,
    layout: {
      "text-field": ["concat", ["to-string", ["get", "count"]], ["case", ["has", "more"], "+", ""]],
      "text-size": 12, "text-font": ["sans-serif"], "text-allow-overlap": true, "text-ignore-placement": true,
    },
    paint: { "text-color": ink },
  });
}

export function showCases(map: LibreMap, element: HTMLElement): void {
  const pattern = element.dataset["caseUrl"] ?? "";
  let query = element.dataset["cases"] ?? "?";
  const again_ms = Number(element.dataset["againS"] ?? 0) * 1000 || AGAIN_MS;
  map.addSource("cases", { type: "vector", tiles: [tiles(query, element.dataset["tiles"])], maxzoom: 18 });
  addLayers(map, isDark(element));

  const drawn = (): boolean => element.hasAttribute("data-drawing"); // then a click is a corner
  map.on("click", "cases-many", (event: MapLayerMouseEvent) => void (drawn() || map.easeTo({ center: event.lngLat, zoom: Math.min(map.getZoom() + 2, map.getMaxZoom()) })));
  map.on("click", "cases-one", (event: MapLayerMouseEvent) => {
    if (drawn()) return;
    const numbers = [...new Set((event.features ?? []).map((found: MapGeoJSONFeature) => String(found.properties["number"])))];
    if (element.dataset["summary"]) void popover(map, event.lngLat, element.dataset["summary"], numbers.slice(0, 10));
    else if (pattern && numbers[0]) location.assign(pattern.replace("{number}", encodeURIComponent(numbers[0])));
  });
  for (const layer of ["cases-many", "cases-one"]) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }

  let waiting = false;
  const again = (): void => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      if (!element.isConnected) return document.removeEventListener("linli:case", again);
      if (document.hidden) return again();
      map.refreshTiles("cases");
    }, again_ms);
  };
  document.addEventListener("linli:case", again);
  // The filter beside the map changed the address: other cases, so other tiles.
  document.body.addEventListener("htmx:pushedIntoHistory", () => {
    if (!element.isConnected || !element.classList.contains("map-list") || location.search === query) return;
    query = location.search || "?";
    retile(map, "cases", tiles(query));
  });
}
