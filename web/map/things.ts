/// Components as vector tiles: counts from afar, signs by state near by. No colour of the lights: the state
/// shows in the shape. Features of the layer “components” have `code`, `class`, `state`, or from afar `count`, `faulty`.
import { type ExpressionSpecification, type Map as LibreMap, type MapGeoJSONFeature, type MapLayerMouseEvent } from "maplibre-gl";

import { isDark } from "./base";
import { showAt } from "./popover";
import { retile } from "./retile";

const many: ExpressionSpecification = ["has", "count"];
const STATES = ["in_use", "damaged", "lost", "occupied", "abandoned", "removed"];

type Draw = CanvasRenderingContext2D;
const ring = (draw: Draw, radius: number): void => draw.arc(16, 16, radius, 0, 7);
const diamond = (draw: Draw): void => [[16, 3], [29, 16], [16, 29], [3, 16]].forEach(([x, y], at) => (at ? draw.lineTo(x!, y!) : draw.moveTo(x!, y!)));
const cross = (draw: Draw, size: number): void => {
  for (const [x, y] of [[-1, -1], [1, -1]]) {
    draw.moveTo(16 + x! * size, 16 + y! * size);
    draw.lineTo(16 - x! * size, 16 - y! * size);
  }
};

/// A small disc in use; a diamond damaged; an empty ring lost; a square occupied; crossed out abandoned or removed.
/// The legend (maps/things_legend.html) draws the same.
function sign(draw: Draw, state: string, colour: string, edge: string): void {
  Object.assign(draw, { fillStyle: colour, strokeStyle: edge, lineWidth: 3, lineJoin: "round" });
  draw.beginPath();
  if (state === "in_use") ring(draw, 9);
  else if (state === "damaged") diamond(draw);
  else if (state === "occupied") draw.rect(6, 6, 20, 20);
  else {
    Object.assign(draw, { fillStyle: edge, strokeStyle: colour });
    if (state === "lost") Object.assign(draw, { lineWidth: 4 });
    ring(draw, state === "lost" ? 11 : 9);
  }
  draw.closePath();
  draw.fill();
  draw.stroke();
  if (state === "abandoned" || state === "removed") {
    draw.beginPath();
    cross(draw, state === "removed" ? 12 : 6);
    draw.stroke();
  }
}

function addSigns(map: LibreMap, colour: string, edge: string): void {
  for (const state of STATES) {
    const draw = Object.assign(document.createElement("canvas"), { width: 32, height: 32 }).getContext("2d");
    if (!draw) continue;
    sign(draw, state, colour, edge);
    map.addImage(`thing-${state}`, draw.getImageData(0, 0, 32, 32), { pixelRatio: 2 });
  }
}

function tiles(query: string): string {
  return `${location.origin}/tiles/components/{z}/{x}/{y}.mvt${query.length > 1 ? query : ""}`;
}

export function addThings(map: LibreMap, dark: boolean, query: string, minzoom = 0): void {
  const [colour, edge, soft] = dark ? ["#b9a5ef", "#12191c", "#4a3f75"] : ["#5a4690", "#ffffff", "#e4def5"];
  const below = map.getLayer("cases-many") ? "cases-many" : undefined; // cases are what the map is about
  const place = { source: "components", "source-layer": "components", minzoom } as const;
  map.addSource("components", { type: "vector", tiles: [tiles(query)], minzoom, maxzoom: 18 });
  addSigns(map, colour!, edge!);
  map.addLayer({
    id: "components-many", type: "circle", ...place, filter: many,
    paint: {
      "circle-color": soft!, "circle-opacity": 0.9, "circle-stroke-width": 2, "circle-stroke-color": colour!,
      "circle-radius": ["interpolate", ["linear"], ["log10", ["get", "count"]], 0, 9, 2, 14, 4, 22, 6, 30],
    },
  }, below);
  map.addLayer({
    id: "components-one", type: "symbol", ...place, filter: ["!", many],
    layout: {
      "icon-image": ["concat", "thing-", ["coalesce", ["get", "state"], "in_use"]],
      "icon-size": ["interpolate", ["linear"], ["zoom"], 13, 0.5, 18, 1.1],
      "icon-allow-overlap": true, "icon-ignore-placement": true,
      "symbol-sort-key": ["match", ["get", "state"], "in_use", 0, 1],
    },
  }, below);
  map.addLayer({
    id: "components-count", type: "symbol", ...place, filter: many,
    layout: {
      "text-field": ["concat", ["to-string", ["get", "count"]], ["case", ["has", "more"], "+", ""]],
      "text-size": 11, "text-font": ["sans-serif"], "text-allow-overlap": true, "text-ignore-placement": true,
    },
    paint: { "text-color": dark ? "#ffffff" : "#2c2150" },
  }, below);
}

/// The layer of the map page: what a tap says, and the filter beside it.
export function showThings(map: LibreMap, element: HTMLElement): void {
  const about = element.dataset["thing"] ?? "";
  const filtered = element.dataset["filtered"] === "components";
  let query = (filtered && location.search) || (element.dataset["things"] ?? ""); // somebody may be quicker than the map
  addThings(map, isDark(element), query);
  const drawn = (): boolean => element.hasAttribute("data-drawing"); // then a click is a corner
  map.on("click", "components-many", (event: MapLayerMouseEvent) => void (drawn() || map.easeTo({ center: event.lngLat, zoom: Math.min(map.getZoom() + 2, map.getMaxZoom()) })));
  map.on("click", "components-one", (event: MapLayerMouseEvent) => {
    if (drawn() || !about) return;
    const codes = [...new Set((event.features ?? []).map((found: MapGeoJSONFeature) => String(found.properties["code"])))];
    void showAt(map, event.lngLat, `${about}?${new URLSearchParams(codes.slice(0, 10).map((code) => ["code", code])).toString()}`);
  });
  for (const layer of ["components-many", "components-one"]) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
  // The filter beside the map changed the address: other components, so other tiles.
  document.body.addEventListener("htmx:pushedIntoHistory", () => {
    if (!element.isConnected || !filtered || location.search === query) return;
    query = location.search;
    retile(map, "components", tiles(query));
  });
}
