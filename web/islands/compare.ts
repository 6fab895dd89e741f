/// Before and after: side by side as served; here also one over the other, with a slider that keys move.
import { button } from "../dom";

export default function mount(element: HTMLElement): void {
  const slider = Object.assign(document.createElement("input"), { type: "range", min: "0", max: "100", value: "50" });
  slider.className = "compare-slider";
  slider.ariaLabel = element.dataset["label"] ?? "";
  const place = (): void => element.style.setProperty("--share", `${100 - Number(slider.value)}%`);
  slider.addEventListener("input", place);
  slider.hidden = true;
  const toggle = button("", "switch-horizontal", "btn btn-sm compare-toggle no-print");
  toggle.title = element.dataset["label"] ?? "";
  toggle.ariaLabel = toggle.title;
  toggle.ariaPressed = "false";
  toggle.addEventListener("click", () => {
    const over = element.classList.toggle("compare-over");
    toggle.ariaPressed = String(over);
    slider.hidden = !over;
    place();
  });
  element.append(slider, toggle);
}
