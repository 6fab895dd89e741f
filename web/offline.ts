/// While the network is gone: a line at the top says so, and a form waits instead of losing its page.
import { icon } from "./dom";
import { toast } from "./toast";
import { word } from "./words";

export function watchNetwork(): void {
  const note = document.createElement("p");
  note.className = "offline";
  note.role = "status";
  const tell = (): void => {
    note.replaceChildren(...(navigator.onLine ? [] : [icon("alert-circle"), word("offline")]));
    if (!note.isConnected) document.body.prepend(note);
  };
  addEventListener("offline", tell);
  addEventListener("online", tell);
  if (!navigator.onLine) tell();
  document.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    toast(word("offline"), true);
  }, { capture: true });
}
