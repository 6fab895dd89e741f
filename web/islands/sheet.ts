/// A sheet for the printer: its button prints it.
export default function mount(element: HTMLElement): void {
  element.querySelector("[data-print]")?.addEventListener("click", () => print());
}
