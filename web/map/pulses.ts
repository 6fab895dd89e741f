/// Rings that spread where a case has just come in: a few at a time, each gone after its time.
import { type Map as LibreMap, Marker } from "maplibre-gl";

export type Pulse = [id: number, lon: number, lat: number];
const SHOWN_MS = 12_000;
const MOST = 12;

export class Pulses {
  private readonly seen: number[] = [];
  private readonly shown = new Set<Marker>();

  constructor(private readonly map: LibreMap) {}

  /// Show those that have not been shown; what is forgotten is older than the server still tells.
  show(pulses: Pulse[]): void {
    for (const [id, lon, lat] of pulses) {
      if (this.seen.includes(id)) continue;
      this.seen.push(id);
      if (this.seen.length > 200) this.seen.splice(0, 100);
      if (this.shown.size >= MOST) continue;
      const element = document.createElement("span");
      element.className = "wall-pulse";
      element.setAttribute("aria-hidden", "true");
      const marker = new Marker({ element }).setLngLat([lon, lat]).addTo(this.map);
      this.shown.add(marker);
      setTimeout(() => {
        marker.remove();
        this.shown.delete(marker);
      }, SHOWN_MS);
    }
  }
}
