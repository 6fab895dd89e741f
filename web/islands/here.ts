/// A form that takes a place in words, or with one tap the device's own position.
import { position } from "../dom";
import { word } from "../words";

export default function mount(element: HTMLElement): void {
  const own = element.querySelector<HTMLButtonElement>("[data-here]");
  const says = element.querySelector<HTMLElement>("[data-says]");
  if (!own || !(element instanceof HTMLFormElement) || !("geolocation" in navigator) || !isSecureContext) return;
  own.hidden = false;
  own.addEventListener("click", () => {
    if (says) says.textContent = word("locating");
    position().then(
      (found) => {
        for (const [key, value] of [["lon", found.longitude], ["lat", found.latitude]] as const) {
          const input = element.querySelector<HTMLInputElement>(`[data-${key}]`);
          if (!input) return;
          input.disabled = false;
          input.value = value.toFixed(6);
        }
        element.submit();
      },
      () => says && (says.textContent = word("notLocated")),
    );
  });
}
