/// The map, in five modes: "view" a point, "pick" one (inputs below stay in step), "list" of cases as tiles,
/// "outline" of areas from a GeoJSON endpoint, "print" on a sheet.
import "maplibre-gl/dist/maplibre-gl.css";

import { Map as LibreMap, Marker, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import { baseStyle, isDark } from "../map/base";
import { showCases } from "../map/cases";
import { switches } from "../map/layers";
import { showMarks, showShape } from "../map/marks";
import { showNearby } from "../map/nearby";
import { showOutlines } from "../map/outlines";
import { pick } from "../map/pick";
import { showPoints } from "../map/points";
import { rings } from "../map/popover";
import { showThings } from "../map/things";
import { word } from "../words";

setWorkerUrl(workerUrl);

function number(text: string | undefined): number | undefined {
  const value = text ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

export default function mount(element: HTMLElement): void {
  void draw(element);
}

async function draw(element: HTMLElement): Promise<void> {
  const box = element.querySelector<HTMLElement>(".map-box");
  if (!box) return;
  const data = element.dataset;
  const lon = number(data["lon"]);
  const lat = number(data["lat"]);
  const center: [number, number] = [lon ?? number(data["centerLon"]) ?? 105, lat ?? number(data["centerLat"]) ?? 35];
  const known = lon !== undefined || data["centerLon"];
  const printed = data["mode"] === "print";
  let map: LibreMap;
  try {
    map = new LibreMap({
      container: box,
      style: await baseStyle(isDark(element)),
      center,
      zoom: known ? (number(data["zoom"]) ?? 15) : 4,
      maxZoom: 20,
      attributionControl: { compact: !printed },
      interactive: !printed,
      ...(printed ? { canvasContextAttributes: { preserveDrawingBuffer: true }, pixelRatio: 2 } : {}),
      localIdeographFontFamily: "sans-serif", // labels are drawn from the device's own fonts
      cooperativeGestures: false,
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
    });
  } catch {
    box.textContent = word("noMap");
    box.classList.add("map-none");
    return;
  }
  map.touchZoomRotate.disableRotation();
  if (!printed) map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ maxWidth: printed ? 200 : 90 }), printed ? "bottom-left" : "top-left"); // below, it would meet the attribution on phones
  const bounds = data["bounds"]?.split(",").map(Number);
  if (bounds?.length === 4) map.fitBounds(bounds as [number, number, number, number], { padding: printed ? 0 : 20, duration: 0 });
  if (data["mode"] === "view" && lon !== undefined && lat !== undefined) {
    new Marker({ color: "#0b6478" }).setLngLat([lon, lat]).addTo(map);
  }
  if (data["mode"] === "pick") pick(map, element);
  if (data["mode"] === "outline" && data["src"]) showOutlines(map, data["src"]);
  const points = data["mode"] === "outline" ? undefined : data["src"];
  if (points) map.on("load", () => showPoints(map, points));
  map.on("load", () => {
    if (data["nearby"] !== undefined) showNearby(map);
    if (data["cases"] !== undefined) showCases(map, element);
    if (data["things"] !== undefined && data["mode"] !== "pick") showThings(map, element);
    if (data["here"] || printed) showMarks(map, element);
    if (data["mark"]) void showShape(map, data["mark"]);
    switches(map, element);
    if (data["here"]) void import("../map/tools").then(({ tools }) => tools(map, element));
    if (data["area"]?.includes(":")) void import("../map/named").then(({ showNamed }) => showNamed(map, data["area"], data["on"]));
    if (printed && data["area"]) void import("../map/drawing").then(({ Drawing, read }) => new Drawing(map, "counted").set(read(data["area"]), true));
  });
  if (data["summary"] || data["thing"]) rings(map);
  new ResizeObserver(() => map.resize()).observe(box);
  element.dispatchEvent(new CustomEvent("linli:map", { bubbles: true, detail: map }));
  map.once("idle", () => (element.dataset["drawn"] = "1"));
}
