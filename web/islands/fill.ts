/// A suggestion that fills a field: data-fill is its selector, data-value what goes into it.
/// A choice is chosen, text is put in; whatever listens to the field hears of it.
export default function mount(element: HTMLElement): void {
  const target = (): HTMLInputElement | null => document.querySelector(element.dataset["fill"] ?? "");
  element.hidden = false;
  element.addEventListener("click", () => {
    const field = target();
    if (!field) return;
    if (field.type === "radio" || field.type === "checkbox") {
      if (!field.checked) field.click();
    } else {
      field.value = element.dataset["value"] ?? "";
      for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
    }
    field.focus();
  });
}
