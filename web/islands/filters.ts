/// The filter bar: folded at first on narrow screens, empty fields stay out of the address, and while it is
/// folded its head says what is set.
export default function mount(element: HTMLElement): void {
  const bar = element as HTMLDetailsElement;
  const form = bar.querySelector("form");
  if (matchMedia("(max-width: 767px)").matches) bar.open = false;
  if (!form) return;
  form.addEventListener("htmx:configRequest", (event) => {
    const { parameters } = (event as CustomEvent<{ parameters: FormData | Record<string, unknown> }>).detail;
    for (const [name, value] of Object.entries(parameters)) {
      if (value === "") delete (parameters as Record<string, unknown>)[name];
    }
  });
  const says = document.createElement("span");
  says.className = "filters-set";
  bar.querySelector("summary")?.append(says);
  const say = (): void => {
    says.replaceChildren(...set(form).map((words) => Object.assign(document.createElement("span"), { className: "tag", textContent: words })));
  };
  form.addEventListener("change", say);
  say();
}

/// “Stage: all open”, for every field with a value.
function set(form: HTMLFormElement): string[] {
  return [...form.elements].flatMap((control) => {
    const label = name((control as HTMLInputElement).labels?.[0]);
    if (!label) return [];
    if (control instanceof HTMLSelectElement) return control.value ? [`${label}: ${control.selectedOptions[0]?.textContent?.trim() ?? ""}`] : [];
    if (!(control instanceof HTMLInputElement)) return [];
    if (control.type === "checkbox") return control.checked ? [label] : [];
    return control.value ? [`${label}: ${control.value}`] : [];
  });
}

/// A label without its remark “optional”.
function name(label: HTMLLabelElement | undefined): string {
  const copy = label?.cloneNode(true) as HTMLElement | undefined;
  copy?.querySelector(".optional")?.remove();
  return copy?.textContent?.trim() ?? "";
}
