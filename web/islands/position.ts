/// Fills hidden lon, lat and accuracy from the device, when the page opens and on demand. Nothing is kept.
import { position } from "../dom";
import { word } from "../words";

export default function mount(element: HTMLElement): void {
  const says = element.querySelector(".position-says");
  const set = (which: string, value: number): void => {
    const input = element.querySelector<HTMLInputElement>(`[data-${which}]`);
    if (input) input.value = value.toFixed(which === "accuracy" ? 0 : 6);
  };
  const ask = async (): Promise<void> => {
    if (says) says.textContent = word("locating");
    try {
      const found = await position();
      set("lon", found.longitude);
      set("lat", found.latitude);
      set("accuracy", found.accuracy);
      element.dataset["state"] = "found";
      if (says) says.textContent = word("located", Math.round(found.accuracy));
      element.dispatchEvent(new CustomEvent("linli:position", { bubbles: true, detail: found }));
    } catch {
      element.dataset["state"] = "lost";
      if (says) says.textContent = element.dataset["lost"] ?? word("notLocated");
    }
  };
  element.querySelector("[data-again]")?.addEventListener("click", () => void ask());
  void ask();
}
