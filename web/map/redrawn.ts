/// Areas that are being redrawn, and the corners of the chosen one as handles.
import type { Feature, FeatureCollection, Geometry, Position } from "geojson";
import { type ExpressionSpecification, type GeoJSONSource, type Map as LibreMap } from "maplibre-gl";

import { isDark } from "./base";
import type { Place } from "./geo";
import { COLOURS } from "./pieces";
import { linesOf } from "./snap";

export type Areas = FeatureCollection<Geometry, { key: string }>;

export class Redrawn {
  areas: Areas = { type: "FeatureCollection", features: [] };
  private ground: Feature<Geometry, { key: string }>[] = [];
  chosen = "";

  constructor(private readonly map: LibreMap) {
    const [ink, paper] = isDark(map.getContainer()) ? ["#f2f5f6", "#12191c"] : ["#1c2529", "#ffffff"];
    const empty: FeatureCollection = { type: "FeatureCollection", features: [] };
    for (const name of ["redrawn", "redrawn-names", "frame", "handles"]) map.addSource(name, { type: "geojson", data: empty });
    const colour = ["match", ["%", ["get", "nth"], COLOURS.length], ...COLOURS.flatMap((one, at) => [at, one]), "#9aa5a9"] as unknown as ExpressionSpecification;
    const chosen: ExpressionSpecification = ["get", "chosen"];
    map.addLayer({ id: "redrawn-fill", type: "fill", source: "redrawn", paint: { "fill-color": colour, "fill-opacity": ["case", chosen, 0.5, 0.28] } });
    map.addLayer({ id: "frame-line", type: "line", source: "frame", paint: { "line-color": ink, "line-width": 3, "line-dasharray": [3, 2] } });
    map.addLayer({ id: "redrawn-line", type: "line", source: "redrawn", paint: { "line-color": ink, "line-width": ["case", chosen, 3, 1.2] } });
    map.addLayer({
      id: "redrawn-name", type: "symbol", source: "redrawn-names",
      layout: { "text-field": ["get", "key"], "text-size": 15, "text-font": ["sans-serif"], "text-allow-overlap": true },
      paint: { "text-color": ink, "text-halo-color": paper, "text-halo-width": 2 },
    });
    map.addLayer({
      id: "handles", type: "circle", source: "handles",
      paint: {
        "circle-radius": ["case", ["get", "held"], 9, ["get", "corner"], 6, 4],
        "circle-color": ["case", ["get", "corner"], paper, ink], "circle-opacity": ["case", ["get", "corner"], 1, 0.55],
        "circle-stroke-color": ink, "circle-stroke-width": ["case", ["get", "corner"], 2, 0],
      },
    });
  }

  /// The whole collection of the server: areas, the ground they divide, streets.
  begin(all: Areas): void {
    this.ground = all.features.filter(({ properties }) => properties.key === "frame" || properties.key === "street");
    this.put("frame", this.ground.filter(({ properties }) => properties.key === "frame"));
    this.set({ type: "FeatureCollection", features: all.features.filter((one) => !this.ground.includes(one)) });
  }

  set(areas: Areas): void {
    this.areas = areas;
    const keys = areas.features.map(({ properties }) => properties.key).sort();
    this.put("redrawn", areas.features.map((one) => ({ ...one, properties: { ...one.properties, nth: keys.indexOf(one.properties.key), chosen: one.properties.key === this.chosen } })));
    this.put("redrawn-names", areas.features.map(({ properties, geometry }) => ({ type: "Feature", properties, geometry: { type: "Point", coordinates: middle(geometry) } })));
    this.handles();
  }

  choose(key: string): void {
    this.chosen = key;
    this.set(this.areas);
  }

  /// Lines to snap to; of the areas themselves and of the ground.
  get lines(): Position[][] {
    return [...this.areas.features, ...this.ground].flatMap(({ geometry }) => linesOf(geometry));
  }

  /// Corners of the chosen area, then the middles of its edges.
  places(): { place: Place; corner: boolean }[] {
    const found = this.areas.features.find(({ properties }) => properties.key === this.chosen);
    if (!found) return [];
    return linesOf(found.geometry).flatMap((ring) =>
      ring.slice(1).flatMap((end, at) => {
        const start = ring[at]!;
        return [
          { place: [end[0]!, end[1]!] as Place, corner: true },
          { place: [(start[0]! + end[0]!) / 2, (start[1]! + end[1]!) / 2] as Place, corner: false },
        ];
      }),
    );
  }

  handles(held?: Place): void {
    const same = (place: Place): boolean => held !== undefined && place[0] === held[0] && place[1] === held[1];
    this.put("handles", this.places().map(({ place, corner }) => ({ type: "Feature", properties: { corner, held: same(place), at: place.join(",") }, geometry: { type: "Point", coordinates: place } })));
  }

  /// How it would look with a corner somewhere else, until the server has said it.
  bent(from: Place, to: Place, alone: boolean): Areas {
    const features = this.areas.features.map((one) => (alone && one.properties.key !== this.chosen ? one : { ...one, geometry: bend(one.geometry, from, to) }));
    return { type: "FeatureCollection", features };
  }

  private put(name: string, features: Feature[]): void {
    (this.map.getSource(name) as GeoJSONSource | undefined)?.setData({ type: "FeatureCollection", features });
  }
}

function bend(geometry: Geometry, from: Place, to: Place): Geometry {
  const ring = (line: Position[]): Position[] =>
    line.flatMap((end, at) => {
      if (end[0] === from[0] && end[1] === from[1]) return [to];
      const start = line[at - 1];
      const halved = start && (start[0]! + end[0]!) / 2 === from[0] && (start[1]! + end[1]!) / 2 === from[1];
      return halved ? [to, end] : [end];
    });
  if (geometry.type === "Polygon") return { ...geometry, coordinates: geometry.coordinates.map(ring) };
  if (geometry.type === "MultiPolygon") return { ...geometry, coordinates: geometry.coordinates.map((part) => part.map(ring)) };
  return geometry;
}

/// The middle of the box of the largest part: good enough for a name.
function middle(geometry: Geometry): Place {
  const rings = geometry.type === "MultiPolygon" ? geometry.coordinates.map((part) => part[0] ?? []) : linesOf(geometry);
  const boxes = rings.map((ring) => {
    const [lons, lats] = [ring.map((end) => end[0]!), ring.map((end) => end[1]!)];
    return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)] as const;
  });
  const largest = boxes.sort((a, b) => (b[2] - b[0]) * (b[3] - b[1]) - (a[2] - a[0]) * (a[3] - a[1]))[0] ?? [0, 0, 0, 0];
  return [(largest[0] + largest[2]) / 2, (largest[1] + largest[3]) / 2];
}
