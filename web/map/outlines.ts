/// Areas from a GeoJSON endpoint: the first is the one in question, those inside it are drawn finer.
import { type Map as LibreMap, Popup } from "maplibre-gl";

export function showOutlines(map: LibreMap, source: string): void {
  map.on("load", () => {
    map.addSource("areas", { type: "geojson", data: new URL(source, location.href).href });
    map.addLayer({
      id: "areas-fill", type: "fill", source: "areas",
      paint: { "fill-color": "#0b6478", "fill-opacity": 0.08 },
    });
    map.addLayer({
      id: "areas-line", type: "line", source: "areas",
      paint: { "line-color": "#0b6478", "line-width": 1.5, "line-opacity": 0.85 },
    });
    map.on("click", "areas-fill", (event) => {
      const names = (event.features ?? []).map((one) => `${one.properties["name"] ?? ""} ${one.properties["code"] ?? ""}`);
      if (names.length) new Popup({ maxWidth: "20rem" }).setLngLat(event.lngLat).setText(names.join("\n")).addTo(map);
    });
  });
}
