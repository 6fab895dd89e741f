/// Pieces coloured by the grid they belong to, borders between grids, today's grids as a dashed line.
import { type ExpressionSpecification, type Map as LibreMap } from "maplibre-gl";

import { isDark } from "./base";
import type { Pieces, Tally } from "./tally";

/// Ten quiet colours, no green, yellow or red of the lights; the number of the grid is written as well.
export const COLOURS = ["#4a7fb5", "#b07aa1", "#6f8f72", "#a58b5f", "#5aa0a8", "#8c7bb8", "#b5838d", "#7d8ca3", "#98936a", "#4f6d7a"];

const part: ExpressionSpecification = ["coalesce", ["feature-state", "part"], ["get", "part"]];

export function drawPieces(map: LibreMap, pieces: Pieces, today?: string): void {
  const [ink, paper] = isDark(map.getContainer()) ? ["#f2f5f6", "#12191c"] : ["#1c2529", "#ffffff"];
  map.addSource("pieces", { type: "geojson", data: pieces });
  const colour = ["match", ["%", part, COLOURS.length], ...COLOURS.flatMap((one, at) => [at, one]), "#9aa5a9"];
  map.addLayer({
    id: "pieces-fill", type: "fill", source: "pieces",
    paint: { "fill-color": colour as ExpressionSpecification, "fill-opacity": ["case", [">=", part, 0], 0.62, 0.1] },
  });
  map.addLayer({ id: "pieces-line", type: "line", source: "pieces", paint: { "line-color": paper, "line-width": 0.7, "line-opacity": 0.8 } });
  if (today) {
    map.addSource("today", { type: "geojson", data: new URL(today, location.href).href });
    map.addLayer({ id: "today-line", type: "line", source: "today", paint: { "line-color": ink, "line-width": 2, "line-dasharray": [3, 2] } });
  }
  map.addSource("names", { type: "geojson", data: names(pieces) });
  map.addLayer({
    id: "pieces-name", type: "symbol", source: "names",
    layout: { "text-field": ["get", "name"], "text-size": 15, "text-font": ["sans-serif"], "text-allow-overlap": true },
    paint: { "text-color": ink, "text-halo-color": paper, "text-halo-width": 2 },
  });
}

export function paint(map: LibreMap, tally: Tally): void {
  for (const [piece, to] of tally.part) map.setFeatureState({ source: "pieces", id: piece }, { part: to });
}

/// The key of a grid on its largest piece.
function names(pieces: Pieces): GeoJSON.FeatureCollection {
  const largest = new Map<number, { weight: number; at: GeoJSON.Position }>();
  for (const { properties, geometry } of pieces.features) {
    const ring = geometry.type === "Polygon" ? geometry.coordinates[0] : geometry.type === "MultiPolygon" ? geometry.coordinates[0]?.[0] : undefined;
    if (!ring || properties.part < 0 || (largest.get(properties.part)?.weight ?? -1) >= properties.weight) continue;
    const middle = [0, 1].map((axis) => ring.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / ring.length);
    largest.set(properties.part, { weight: properties.weight, at: middle });
  }
  const features = [...largest].map(([at, found]): GeoJSON.Feature => ({
    type: "Feature",
    properties: { name: pieces.plan.keys[at] ?? "" },
    geometry: { type: "Point", coordinates: found.at },
  }));
  return { type: "FeatureCollection", features };
}
