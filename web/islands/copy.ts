/// Copies data-text.
import { toast } from "../toast";
import { word } from "../words";

export default function mount(element: HTMLElement): void {
  if (!navigator.clipboard) return; // plain http on another host: the button stays hidden
  element.hidden = false;
  element.addEventListener("click", () => {
    navigator.clipboard.writeText(element.dataset["text"] ?? "").then(
      () => toast(word("copied")),
      () => toast(word("failed"), true),
    );
  });
}
