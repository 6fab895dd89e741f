/// A few points that the page gives as GeoJSON (data-src): `text` is said on a tap, `quiet` is paler.
import { type Map as LibreMap, type MapLayerMouseEvent, Popup } from "maplibre-gl";

export function showPoints(map: LibreMap, source: string): void {
  map.addSource("points", { type: "geojson", data: new URL(source, location.href).href });
  map.addLayer({
    id: "points",
    type: "circle",
    source: "points",
    paint: {
      "circle-color": ["case", ["boolean", ["get", "quiet"], false], "#87969c", "#0b6478"],
      "circle-stroke-color": "#fff",
      "circle-stroke-width": 1.5,
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 10, 4, 16, 9],
    },
  });
  map.on("click", "points", (event: MapLayerMouseEvent) => {
    const words = event.features?.map((found) => String(found.properties["text"] ?? "")) ?? [];
    if (words.length) new Popup().setLngLat(event.lngLat).setText([...new Set(words)].join("\n")).addTo(map);
  });
  map.on("mouseenter", "points", () => (map.getCanvas().style.cursor = "pointer"));
  map.on("mouseleave", "points", () => (map.getCanvas().style.cursor = ""));
}
