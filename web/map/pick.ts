/// Marking one point: tap, drag, arrow keys, the device's position or the inputs; all say the same.
import type { Feature, FeatureCollection } from "geojson";

import { type GeoJSONSource, type Map as LibreMap, Marker } from "maplibre-gl";

import { position } from "../dom";
import { word } from "../words";
import { nearThings } from "./near";

/// A ring of `radius_m` around a point, near enough for a shown accuracy.
function ring(lon: number, lat: number, radius_m: number): Feature {
  const up = radius_m / 111_320;
  const across = up / Math.cos((lat * Math.PI) / 180);
  const points = Array.from({ length: 49 }, (_, at) => {
    const angle = (at / 48) * 2 * Math.PI;
    return [lon + across * Math.cos(angle), lat + up * Math.sin(angle)];
  });
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [points] } };
}

function showAccuracy(map: LibreMap, shape: Feature | FeatureCollection): void {
  const known = map.getSource<GeoJSONSource>("accuracy");
  if (known) return void known.setData(shape);
  map.addSource("accuracy", { type: "geojson", data: shape });
  map.addLayer({ id: "accuracy", type: "fill", source: "accuracy", paint: { "fill-color": "#0b6478", "fill-opacity": 0.15 } });
}

export function pick(map: LibreMap, element: HTMLElement): void {
  const input = (which: string): HTMLInputElement | null => element.querySelector(`input[data-${which}]`);
  const says = element.querySelector<HTMLElement>(".map-says");
  const where = element.querySelector<HTMLElement>(".map-where");
  const marker = new Marker({ color: "#0b6478", draggable: true });
  let asked = 0;

  const tell = async (lon: number, lat: number): Promise<void> => {
    if (!where || !element.dataset["locate"]) return;
    const turn = ++asked;
    const answer = await fetch(`${element.dataset["locate"]}?lon=${lon.toFixed(6)}&lat=${lat.toFixed(6)}`);
    if (turn === asked) where.innerHTML = answer.ok || answer.status === 422 ? await answer.text() : "";
  };

  const place = (lon: number, lat: number, accuracy_m?: number): void => {
    marker.setLngLat([lon, lat]).addTo(map);
    const [lonInput, latInput, accuracyInput] = [input("lon"), input("lat"), input("accuracy")];
    if (lonInput) lonInput.value = lon.toFixed(6);
    if (latInput) latInput.value = lat.toFixed(6);
    if (accuracyInput) accuracyInput.value = accuracy_m === undefined ? "" : accuracy_m.toFixed(0);
    const shape: Feature | FeatureCollection =
      accuracy_m === undefined ? { type: "FeatureCollection", features: [] } : ring(lon, lat, accuracy_m);
    if (map.isStyleLoaded()) showAccuracy(map, shape);
    else map.once("load", () => showAccuracy(map, shape));
    element.dispatchEvent(new CustomEvent("linli:picked", { bubbles: true, detail: { lon, lat, accuracy_m } }));
    void tell(lon, lat);
  };

  const fromInputs = (): void => {
    const [lon, lat] = [Number(input("lon")?.value || NaN), Number(input("lat")?.value || NaN)];
    if (!(Math.abs(lon) <= 180 && Math.abs(lat) <= 90)) return;
    place(lon, lat);
    map.easeTo({ center: [lon, lat] });
  };

  const onThing = nearThings(map, element, place);
  map.on("click", (event) => void (onThing(event) || place(event.lngLat.lng, event.lngLat.lat)));
  marker.on("dragend", () => place(marker.getLngLat().lng, marker.getLngLat().lat));
  for (const which of ["lon", "lat"]) input(which)?.addEventListener("change", fromInputs);

  map.keyboard.disable(); // the arrows move the mark, + and - zoom
  const canvas = map.getCanvas();
  canvas.ariaLabel = word("pickHint");
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] }[event.key];
    if (event.key === "+" || event.key === "=") map.zoomIn();
    else if (event.key === "-") map.zoomOut();
    else if (step) {
      event.preventDefault();
      const at = map.project(input("lon")?.value ? marker.getLngLat() : map.getCenter());
      const next = map.unproject([at.x + step[0]!, at.y + step[1]!]);
      place(next.lng, next.lat);
      if (!map.getBounds().contains(next)) map.panTo(next);
    }
  });

  const own = element.querySelector<HTMLButtonElement>("[data-use-position]");
  if (own && "geolocation" in navigator && isSecureContext) {
    own.hidden = false;
    own.addEventListener("click", () => {
      if (says) says.textContent = word("locating");
      position().then(
        (found) => {
          place(found.longitude, found.latitude, found.accuracy);
          map.easeTo({ center: [found.longitude, found.latitude], zoom: Math.max(map.getZoom(), 17) });
          if (says) says.textContent = word("located", Math.round(found.accuracy));
        },
        () => says && (says.textContent = word("notLocated")),
      );
    });
  }
  fromInputs();
}
