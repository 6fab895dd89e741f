/// Components near the place: choosing one puts the mark on it and ticks its class, if none is ticked.
export default function mount(element: HTMLElement): void {
  const form = element.closest("form");
  const go = (chosen: HTMLInputElement): void => {
    const { lon, lat } = chosen.dataset;
    const map = form?.querySelector<HTMLElement>(".map-pick");
    if (!map || !lon || !lat) return;
    const [x, y] = ["lon", "lat"].map((which) => map.querySelector<HTMLInputElement>(`input[data-${which}]`));
    if (!x || !y || (near(x.value, lon) && near(y.value, lat))) return;
    [x.value, y.value] = [lon, lat];
    const crs = form?.querySelector<HTMLInputElement>("input[data-crs]");
    if (crs) crs.value = "wgs84";
    y.dispatchEvent(new Event("change", { bubbles: true })); // the map, if it is drawn, follows
    if (!map.dataset["drawn"]) form?.dispatchEvent(new CustomEvent("linli:placed"));
  };
  element.addEventListener("change", (event) => {
    const chosen = event.target as HTMLInputElement;
    if (!chosen.value) return;
    tick(form, chosen.dataset["class"]);
    go(chosen);
  });
  // One that was named by its code stands wherever it stands.
  const given = element.querySelector<HTMLInputElement>("input:checked");
  if (given?.value) go(given);
}

function near(one: string, other: string): boolean {
  return one !== "" && Math.abs(Number(one) - Number(other)) < 1e-5;
}

function tick(form: HTMLFormElement | null, kind: string | undefined): void {
  const boxes = [...(form?.querySelectorAll<HTMLInputElement>('input[type="radio"][name="case_class"]') ?? [])];
  if (boxes.some((box) => box.checked)) return;
  const own = boxes.find((box) => box.value === kind);
  if (own) own.checked = true;
}
