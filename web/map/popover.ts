/// The popover of a place: the server says in a few words which cases lie there.
import { type LngLatLike, type Map as LibreMap, Marker, Popup } from "maplibre-gl";

export async function popover(map: LibreMap, at: LngLatLike, source: string, numbers: string[]): Promise<void> {
  const query = new URLSearchParams(numbers.map((number) => ["number", number]));
  await showAt(map, at, `${source}?${query.toString()}`);
}

/// A popover with what the server says at an address of ours.
export async function showAt(map: LibreMap, at: LngLatLike, address: string): Promise<HTMLElement | undefined> {
  const answer = await fetch(address);
  if (!answer.ok) return undefined;
  const box = document.createElement("div");
  box.className = "map-popover";
  box.innerHTML = await answer.text(); // our own template, escaped there
  const popup = new Popup({ maxWidth: "20rem", focusAfterOpen: true }).setLngLat(at).setDOMContent(box).addTo(map);
  popup.on("close", () => box.dispatchEvent(new Event("close")));
  return box;
}

/// Rows beside the map: the one under the pointer or the keyboard is ringed on the map.
export function rings(map: LibreMap): void {
  const sign = document.createElement("span");
  sign.className = "map-ring";
  const marker = new Marker({ element: sign });
  const point = (event: Event): void => {
    const row = (event.target as Element).closest<HTMLElement>("#beside [data-row]");
    if (!row) return;
    const { lon, lat } = row.dataset;
    if (!lon || !lat) return void marker.remove();
    marker.setLngLat([Number(lon), Number(lat)]).addTo(map);
    if (event.type === "focusin" && !map.getBounds().contains(marker.getLngLat())) map.easeTo({ center: marker.getLngLat() });
  };
  for (const type of ["focusin", "mouseover"]) document.body.addEventListener(type, point);
}
