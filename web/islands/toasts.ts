/// The messages the server sent along fade by themselves, too.
import { fade } from "../toast";

export default function mount(element: HTMLElement): void {
  for (const note of element.children) fade(note, note.classList.contains("toast-alert"));
}
