/// Switches below a map: a checkbox each for the layers whose names begin with its value.
import type { Map as LibreMap } from "maplibre-gl";

export function switches(map: LibreMap, element: HTMLElement): void {
  const boxes = element.parentElement?.querySelectorAll<HTMLInputElement>("[data-map-layers] input") ?? [];
  const apply = (box: HTMLInputElement): void => {
    for (const { id } of map.getStyle().layers) {
      const named = id === box.value || id.startsWith(`${box.value}-`) || id === `labels-${box.value}`;
      if (named) map.setLayoutProperty(id, "visibility", box.checked ? "visible" : "none");
    }
  };
  for (const box of boxes) {
    apply(box);
    box.addEventListener("change", () => apply(box));
  }
}
