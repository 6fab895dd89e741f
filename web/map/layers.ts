/// Which layers show: switches for the groups (a checkbox for the layers whose names begin with its value), one
/// ground of several (plan, satellite, solid buildings), and the day whose borders are meant.
import type { Map as LibreMap, VectorTileSource } from "maplibre-gl";
import { retile } from "./retile";

const GROUND_SOURCES = ["base", "grids", "cells"];

interface Shown {
  ground?: string | undefined;
  boxes: Map<string, boolean>;
}

function named(id: string, group: string): boolean {
  return id === group || id.startsWith(`${group}-`) || id === `labels-${group}`;
}

function apply(map: LibreMap, { ground, boxes }: Shown): void {
  for (const { id, metadata } of map.getStyle().layers) {
    const part = (metadata as { ground?: string } | undefined)?.ground;
    const group = [...boxes.keys()].find((name) => named(id, name));
    if ((!part || !ground) && group === undefined) continue;
    const solid = ground === "solid" && part === "plan" && id !== "buildings"; // on the plan, without flat ones
    const grounded = !part || !ground || part === ground || solid;
    map.setLayoutProperty(id, "visibility", grounded && boxes.get(group ?? "") !== false ? "visible" : "none");
  }
}

/// Tilted for bodies, flat for plans.
function tilt(map: LibreMap, solid: boolean): void {
  const turn = solid ? "enable" : "disable";
  map.dragRotate[turn]();
  map.touchPitch[turn]();
  map.touchZoomRotate[solid ? "enableRotation" : "disableRotation"]();
  const animate = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (solid) map.easeTo({ pitch: 55, zoom: Math.max(map.getZoom(), 15.5), animate });
  else if (map.getPitch() > 0) map.easeTo({ pitch: 0, bearing: 0, animate });
}

export function borders(map: LibreMap, on: string): void {
  for (const id of GROUND_SOURCES) {
    const source = map.getSource<VectorTileSource>(id);
    if (!source) continue;
    const [path, query = ""] = (source.tiles[0] ?? "").split("?");
    const parts = query.split("&").filter((part) => part && !part.startsWith("on="));
    if (on) parts.push(`on=${encodeURIComponent(on)}`);
    retile(map, id, `${path}${parts.length ? "?" : ""}${parts.join("&")}`);
  }
}

export function switches(map: LibreMap, element: HTMLElement): void {
  const half = element.parentElement;
  const boxes = [...(half?.querySelectorAll<HTMLInputElement>("[data-map-layers] input") ?? [])];
  const grounds = [...(half?.querySelectorAll<HTMLInputElement>("[data-map-ground] input") ?? [])];
  const look = (): void =>
    apply(map, {
      ground: grounds.find((one) => one.checked)?.value,
      boxes: new Map(boxes.map((box) => [box.value, box.checked])),
    });
  if (boxes.length || grounds.length) look();
  for (const box of boxes) box.addEventListener("change", look);
  for (const one of grounds) {
    one.addEventListener("change", () => {
      look();
      tilt(map, one.value === "solid");
    });
  }
  if (element.dataset["mode"] === "print") {
    const hidden = (element.dataset["hide"] ?? "").split(",").filter(Boolean);
    const { ground } = element.dataset;
    apply(map, { ground: ground || undefined, boxes: new Map(hidden.map((name) => [name, false])) });
    if (ground === "solid") map.jumpTo({ pitch: 45 });
  }
  let on = element.dataset["on"] ?? "";
  if (on) borders(map, on);
  document.body.addEventListener("htmx:pushedIntoHistory", () => {
    const wanted = new URLSearchParams(location.search).get("on") ?? "";
    if (!element.isConnected || element.dataset["on"] === undefined || wanted === on) return;
    borders(map, (on = wanted));
  });
}
