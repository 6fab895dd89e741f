/// The filter bar: folded at first on narrow screens, and empty fields stay out of the address.
export default function mount(element: HTMLElement): void {
  if (matchMedia("(max-width: 767px)").matches) (element as HTMLDetailsElement).open = false;
  element.querySelector("form")?.addEventListener("htmx:configRequest", (event) => {
    const { parameters } = (event as CustomEvent<{ parameters: FormData | Record<string, unknown> }>).detail;
    for (const [name, value] of Object.entries(parameters)) {
      if (value === "") delete (parameters as Record<string, unknown>)[name];
    }
  });
}
