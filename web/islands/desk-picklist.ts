/// A list of units to pick from: what is typed narrows it; arrow down goes into it, Enter keeps the only one left.
export default function mount(element: HTMLElement): void {
  const find = element.querySelector<HTMLInputElement>(".picklist-find");
  if (!find) return;
  const rows = [...element.querySelectorAll<HTMLLIElement>("li:has(input)")];
  const shown = (): HTMLLIElement[] => rows.filter((row) => !row.hidden);
  find.hidden = rows.length < 6;
  find.addEventListener("input", () => {
    const words = find.value.trim().toLowerCase().split(/\s+/);
    for (const row of rows) {
      const text = row.textContent?.toLowerCase() ?? "";
      const kept = row.querySelector<HTMLInputElement>("input")?.checked === true;
      row.hidden = !kept && !words.every((word) => text.includes(word));
    }
  });
  find.addEventListener("keydown", (event) => {
    const first = shown()[0]?.querySelector("input");
    if (event.key === "ArrowDown" && first) {
      event.preventDefault();
      first.focus();
    } else if (event.key === "Enter") {
      event.preventDefault(); // never sends the form from the search field
      const left = shown().filter((row) => !row.querySelector<HTMLInputElement>("input")?.checked);
      const only = left.length === 1 ? left[0]?.querySelector("input") : undefined;
      only?.click();
      only?.focus();
    }
  });
}
