/// Draws outlines (GeoJSON at data-src) on the map inside this element, below its cases.
import type { Map as LibreMap } from "maplibre-gl";

export default function mount(element: HTMLElement): void {
  element.addEventListener("linli:map", (event) => {
    const map = (event as CustomEvent<LibreMap>).detail;
    const draw = (): void => {
      if (map.getSource("own-grids")) return;
      map.addSource("own-grids", { type: "geojson", data: element.dataset["src"] ?? "" });
      const below = map.getLayer("cases-many") ? "cases-many" : undefined;
      map.addLayer({ id: "own-grids-fill", type: "fill", source: "own-grids", paint: { "fill-color": "#0b6478", "fill-opacity": 0.08 } }, below);
      map.addLayer({ id: "own-grids-line", type: "line", source: "own-grids", paint: { "line-color": "#0b6478", "line-width": 3 } }, below);
    };
    if (map.isStyleLoaded()) draw();
    else map.once("load", draw);
  });
}
