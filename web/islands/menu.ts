/// A <details> menu that closes like one: Escape, or a click anywhere else.
export default function mount(element: HTMLElement): void {
  const menu = element as HTMLDetailsElement;
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target as Node)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
}
