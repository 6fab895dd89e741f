/// The border of one grid or region, and the place of its centre: of the area that the address names, or of what
/// was just asked for on the map.
import type { FeatureCollection } from "geojson";
import { type GeoJSONSource, type Map as LibreMap, Marker } from "maplibre-gl";

import { isDark } from "./base";

const centres = new WeakMap<LibreMap, Marker[]>();

export async function showBorder(map: LibreMap, address: string, on = ""): Promise<void> {
  const answer = await fetch(on ? `${address}?${new URLSearchParams({ on }).toString()}` : address);
  if (answer.ok) draw(map, (await answer.json()) as FeatureCollection);
}

export function hideBorder(map: LibreMap): void {
  draw(map, { type: "FeatureCollection", features: [] });
}

/// “grid:CODE” and “region:CODE” of the address; nothing for an area of corners.
export function showNamed(map: LibreMap, area: string | undefined, on = ""): void {
  const [, kind, code] = /^(grid|region):(.+)$/.exec(area ?? "") ?? [];
  if (kind && code) void showBorder(map, `/map/${kind}s/${encodeURIComponent(code)}/outline.json`, on);
}

function draw(map: LibreMap, data: FeatureCollection): void {
  const source = map.getSource<GeoJSONSource>("named");
  if (source) source.setData(data);
  else {
    map.addSource("named", { type: "geojson", data });
    const colour = isDark(map.getContainer()) ? "#e9b5d8" : "#8a2a6c"; // as what is drawn: no colour of the lights
    const below = map.getLayer("cases-many") ? "cases-many" : undefined;
    map.addLayer({ id: "named-line", type: "line", source: "named", layout: { "line-join": "round" }, paint: { "line-color": colour, "line-width": 3 } }, below);
  }
  for (const old of centres.get(map) ?? []) old.remove();
  const places = data.features.flatMap(({ properties }) => {
    const centre = properties?.["centre"] as { coordinates?: [number, number] } | null | undefined;
    return centre?.coordinates ? [centre.coordinates] : [];
  });
  centres.set(map, places.map((place) => new Marker({ color: "#8a2a6c" }).setLngLat(place).addTo(map)));
}
