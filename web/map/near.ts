/// The components that the list near the map offers stand on the map too: a tap chooses one.
/// Staff see every component near by as tiles; a tap on one marks its place and chooses it.
import { type Map as LibreMap, type MapMouseEvent, Marker } from "maplibre-gl";

import { isDark } from "./base";
import { addThings } from "./things";

const NEAR = 16; // from this zoom on a thing is told from its neighbour

/// Answers whether a click was on a component, which is then marked.
export function nearThings(map: LibreMap, element: HTMLElement, mark: (lon: number, lat: number) => void): (event: MapMouseEvent) => boolean {
  const form = element.closest("form");
  if (!form) return () => false;
  let markers: Marker[] = [];
  let wanted = "";
  const inputs = (): HTMLInputElement[] => [...form.querySelectorAll<HTMLInputElement>('.things input[name="component"][data-lon]')];
  const choose = (input: HTMLInputElement): void => {
    input.checked = true;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const draw = (): void => {
    for (const marker of markers) marker.remove();
    const found = inputs().find((input) => input.value === wanted);
    wanted = "";
    if (found && !found.checked) choose(found);
    markers = inputs().map((input) => {
      const sign = document.createElement("button");
      Object.assign(sign, { type: "button", className: "map-thing", title: input.dataset["label"] ?? "", tabIndex: -1 });
      sign.ariaHidden = "true"; // the list says the same
      sign.classList.toggle("map-thing-chosen", input.checked);
      sign.addEventListener("click", (event) => {
        event.stopPropagation();
        choose(input);
      });
      return new Marker({ element: sign }).setLngLat([Number(input.dataset["lon"]), Number(input.dataset["lat"])]).addTo(map);
    });
  };
  form.addEventListener("htmx:afterSettle", draw);
  form.addEventListener("change", (event) => (event.target as HTMLInputElement).name === "component" && draw());
  draw();

  if (element.dataset["things"] === undefined) return () => false;
  map.on("load", () => {
    addThings(map, isDark(element), element.dataset["things"] ?? "", NEAR);
    map.on("mouseenter", "components-one", () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", "components-one", () => (map.getCanvas().style.cursor = ""));
  });
  return ({ point }) => {
    const [hit] = map.getLayer("components-one") ? map.queryRenderedFeatures(point, { layers: ["components-one"] }) : [];
    if (hit?.geometry.type !== "Point") return false;
    wanted = String(hit.properties["code"]);
    const [lon, lat] = hit.geometry.coordinates as [number, number];
    mark(lon, lat);
    return true;
  };
}
