/// A line or a ring that grows on the map point by point.
import type { FeatureCollection } from "geojson";
import type { GeoJSONSource, Map as LibreMap } from "maplibre-gl";

import { isDark } from "./base";
import type { Place } from "./geo";

export class Drawing {
  places: Place[] = [];
  closed = false;

  constructor(
    private readonly map: LibreMap,
    readonly name: string,
    private readonly changed: () => void = () => undefined,
  ) {
    const colour = isDark(map.getContainer()) ? "#e9b5d8" : "#8a2a6c"; // no colour of the lights
    const below = map.getLayer("cases-many") ? "cases-many" : undefined; // the signs of cases keep their colours
    map.addSource(name, { type: "geojson", data: this.shapes() });
    map.addLayer({ id: `${name}-fill`, type: "fill", source: name, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": 0.12 } }, below);
    map.addLayer({ id: `${name}-line`, type: "line", source: name, filter: ["!=", ["geometry-type"], "Point"], layout: { "line-join": "round" }, paint: { "line-color": colour, "line-width": 2.5 } }, below);
    map.addLayer({ id: `${name}-point`, type: "circle", source: name, filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": "#ffffff", "circle-stroke-color": colour, "circle-stroke-width": 2, "circle-radius": 4 } });
  }

  set(places: Place[], closed = this.closed): void {
    this.places = places;
    this.closed = closed;
    (this.map.getSource(this.name) as GeoJSONSource | undefined)?.setData(this.shapes());
    this.changed();
  }

  add(place: Place): void {
    const last = this.places.at(-1);
    if (last && last[0] === place[0] && last[1] === place[1]) return; // the second click of a double one
    this.set([...this.places, place]);
  }

  private shapes(): FeatureCollection {
    const { places, closed } = this;
    const feature = (geometry: GeoJSON.Geometry): GeoJSON.Feature => ({ type: "Feature", properties: {}, geometry });
    const found = places.map((place) => feature({ type: "Point", coordinates: place }));
    if (closed && places.length > 2) found.unshift(feature({ type: "Polygon", coordinates: [[...places, places[0]!]] }));
    else if (places.length > 1) found.unshift(feature({ type: "LineString", coordinates: places }));
    return { type: "FeatureCollection", features: found };
  }
}

/// Corners as the address has them: “lon,lat;lon,lat”.
export function written(places: Place[]): string {
  return places.map((place) => place.map((degree) => degree.toFixed(6)).join(",")).join(";");
}

export function read(text: string | null | undefined): Place[] {
  const places = (text || "").split(";").map((corner) => corner.split(",").map(Number));
  return places.filter((place): place is Place => place.length === 2 && place.every(Number.isFinite));
}
