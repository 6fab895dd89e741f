/// What others reported nearby, for residents: filled while open, hollow when solved; class and day on a tap.
import { type Map as LibreMap, type MapLayerMouseEvent, Popup } from "maplibre-gl";

import { word } from "../words";

export function showNearby(map: LibreMap): void {
  map.addSource("nearby", { type: "vector", tiles: [`${location.origin}/tiles/nearby/{z}/{x}/{y}.mvt`], minzoom: 13, maxzoom: 16 });
  map.addLayer({
    id: "nearby", type: "circle", source: "nearby", "source-layer": "nearby",
    paint: {
      "circle-color": "#0b6478", "circle-opacity": ["case", ["get", "open"], 0.9, 0.15],
      "circle-stroke-color": ["case", ["get", "open"], "#ffffff", "#0b6478"], "circle-stroke-width": 1.5,
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 12, 3.5, 16, 7],
    },
  });
  map.on("click", "nearby", (event: MapLayerMouseEvent) => {
    const lines = (event.features ?? []).slice(0, 5).map(({ properties }) => {
      const line = document.createElement("p");
      line.textContent = `${String(properties["name"])} · ${String(properties["day"])} · ${word(properties["open"] ? "nearbyOpen" : "nearbySolved")}`;
      return line;
    });
    const box = document.createElement("div");
    box.append(...lines);
    new Popup({ maxWidth: "18rem" }).setLngLat(event.lngLat).setDOMContent(box).addTo(map);
  });
  map.on("mouseenter", "nearby", () => (map.getCanvas().style.cursor = "pointer"));
  map.on("mouseleave", "nearby", () => (map.getCanvas().style.cursor = ""));
}
