/// An area drawn by clicks on the map inside this element, kept as GeoJSON in its field `area`. What is pasted into the
/// field is drawn; without this file pasting is the way.
import type { GeoJSONSource, Map as LibreMap, MapMouseEvent } from "maplibre-gl";

import { isDark } from "../map/base";

type Ring = GeoJSON.Position[];
const NEAR_PX = 12;

export default function mount(element: HTMLElement): void {
  element.addEventListener("linli:map", (event) => {
    const map = (event as CustomEvent<LibreMap>).detail;
    begin(element, map);
  });
}

function begin(element: HTMLElement, map: LibreMap): void {
  const field = element.querySelector<HTMLTextAreaElement>("[name=area]");
  if (!field) return;
  const undo = element.querySelector<HTMLButtonElement>("[data-undo]");
  let corners: Ring = [];

  const show = (): void => {
    if (map.getSource("drawn")) draw(map, corners, areaOf(field.value));
    if (undo) undo.disabled = corners.length === 0;
  };
  const seen = (): void => {
    const bounds = boundsOf(areaOf(field.value));
    if (bounds) map.fitBounds(bounds, { padding: 40, maxZoom: 16, duration: 0 });
    show();
  };
  seen();
  // Clicks count from the start; they are drawn as soon as the map can draw.
  const ready = (): void => {
    layers(map);
    show();
  };
  if (map.isStyleLoaded()) ready();
  else map.once("load", ready);
  if (element.dataset["locked"] !== undefined) return;

  map.getCanvas().style.cursor = "crosshair";
  map.doubleClickZoom.disable();
  map.on("click", (event: MapMouseEvent) => {
    const first = corners[0];
    const closes = first && corners.length > 2 && map.project([first[0] ?? 0, first[1] ?? 0]).dist(event.point) < NEAR_PX;
    if (closes) {
      field.value = withRing(areaOf(field.value), [...corners, first]);
      corners = [];
    } else {
      corners.push([event.lngLat.lng, event.lngLat.lat].map((one) => Number(one.toFixed(6))));
    }
    show();
  });
  undo?.addEventListener("click", () => {
    corners.pop();
    show();
  });
  element.querySelector("[data-clear]")?.addEventListener("click", () => {
    corners = [];
    field.value = "";
    show();
  });
  field.addEventListener("change", seen);
  // What has three corners is meant, even if nobody closed it.
  field.form?.addEventListener("submit", () => {
    if (corners.length > 2 && corners[0]) field.value = withRing(areaOf(field.value), [...corners, corners[0]]);
  });
}

/// The rings of what the field holds, as polygons; nothing for what is no GeoJSON.
function areaOf(text: string): Ring[][] {
  try {
    const found = JSON.parse(text) as { type?: string; coordinates?: unknown };
    if (found.type === "Polygon") return [found.coordinates as Ring[]];
    if (found.type === "MultiPolygon") return found.coordinates as Ring[][];
  } catch {
    // WKT, or nothing yet
  }
  return [];
}

function withRing(area: Ring[][], ring: Ring): string {
  return JSON.stringify({ type: "MultiPolygon", coordinates: [...area, [ring]] });
}

function boundsOf(area: Ring[][]): [number, number, number, number] | undefined {
  const points = area.flat(2);
  if (!points.length) return undefined;
  const axis = (at: 0 | 1): number[] => points.map((point) => point[at] ?? 0);
  return [Math.min(...axis(0)), Math.min(...axis(1)), Math.max(...axis(0)), Math.max(...axis(1))];
}

function layers(map: LibreMap): void {
  const accent = isDark(map.getContainer()) ? "#5fc3d6" : "#0b6478";
  for (const name of ["drawn", "corners"]) map.addSource(name, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer({ id: "drawn-fill", type: "fill", source: "drawn", paint: { "fill-color": accent, "fill-opacity": 0.2 } });
  map.addLayer({ id: "drawn-line", type: "line", source: "drawn", paint: { "line-color": accent, "line-width": 2 } });
  map.addLayer({ id: "corners-line", type: "line", source: "corners", paint: { "line-color": accent, "line-width": 2, "line-dasharray": [2, 2] } });
  map.addLayer({ id: "corners-dot", type: "circle", source: "corners", paint: { "circle-color": accent, "circle-radius": 5 } });
}

function draw(map: LibreMap, corners: Ring, area: Ring[][]): void {
  map.getSource<GeoJSONSource>("drawn")?.setData({ type: "MultiPolygon", coordinates: area });
  map.getSource<GeoJSONSource>("corners")?.setData({ type: "LineString", coordinates: corners });
}
