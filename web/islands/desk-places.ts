/// Places found for an address: choosing one puts its point into the map of the same form.
export default function mount(element: HTMLElement): void {
  element.addEventListener("click", (event) => {
    const chosen = (event.target as Element).closest<HTMLElement>("button[data-lon]");
    const map = element.closest("form")?.querySelector<HTMLElement>(".map-pick");
    if (!chosen || !map) return;
    for (const which of ["lon", "lat"]) {
      const input = map.querySelector<HTMLInputElement>(`input[data-${which}]`);
      if (input) input.value = chosen.dataset[which] ?? "";
    }
    // The map listens to its inputs; one change is enough for both.
    map.querySelector("input[data-lat]")?.dispatchEvent(new Event("change", { bubbles: true }));
    for (const other of element.querySelectorAll("button")) other.ariaPressed = String(other === chosen);
  });
}
