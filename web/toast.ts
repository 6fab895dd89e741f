/// A short message at the edge of the screen, read aloud politely; gone after a while.
import { icon } from "./dom";

export function toast(text: string, alert = false): void {
  const note = document.createElement("div");
  note.className = alert ? "toast-note toast-alert" : "toast-note";
  const words = document.createElement("span");
  words.textContent = text;
  note.append(icon(alert ? "alert-circle" : "circle-check"), words);
  document.getElementById("toasts")?.append(note);
  fade(note, alert);
}

export function fade(note: Element, alert: boolean): void {
  note.addEventListener("click", () => note.remove());
  setTimeout(() => note.remove(), alert ? 15_000 : 6_000);
}
