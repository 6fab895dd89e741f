/// Where a place falls when it is drawn towards corners and lines nearby; nothing of maps or pages.
import type { Geometry, Position } from "geojson";

import type { Place } from "./geo";

/// Every ring or line of a geometry; rings end where they begin.
export function linesOf(geometry: Geometry): Position[][] {
  if (geometry.type === "LineString") return [geometry.coordinates];
  if (geometry.type === "MultiLineString" || geometry.type === "Polygon") return geometry.coordinates;
  return geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : [];
}

/// The nearest corner within `reach` degrees of latitude, else the nearest point of a line, else the place itself.
/// Corners at `but`, and the edges that end there, do not count.
export function snapped(place: Place, lines: Position[][], reach: number, but?: Place): Place {
  const shrink = Math.cos((place[1] * Math.PI) / 180); // a degree of longitude is shorter
  const away = (to: Position): number => Math.hypot((to[0]! - place[0]) * shrink, to[1]! - place[1]);
  const left = (to: Position): boolean => but !== undefined && to[0] === but[0] && to[1] === but[1];
  let corner: Place | undefined;
  let foot: Place | undefined;
  let [toCorner, toFoot] = [reach, reach];
  for (const line of lines) {
    line.forEach((end, at) => {
      if (left(end)) return;
      if (away(end) <= toCorner) [corner, toCorner] = [[end[0]!, end[1]!], away(end)];
      const start = line[at - 1];
      if (!start || left(start)) return;
      const near = footOn(place, start, end, shrink);
      if (away(near) <= toFoot) [foot, toFoot] = [near, away(near)];
    });
  }
  return corner ?? foot ?? place;
}

function footOn(place: Place, start: Position, end: Position, shrink: number): Place {
  const [east, north] = [(end[0]! - start[0]!) * shrink, end[1]! - start[1]!];
  const size = east * east + north * north || 1;
  const along = ((place[0] - start[0]!) * shrink * east + (place[1] - start[1]!) * north) / size;
  const part = Math.min(1, Math.max(0, along));
  return [start[0]! + part * (end[0]! - start[0]!), start[1]! + part * (end[1]! - start[1]!)];
}
