/// A <dialog>: opens when htmx puts something into its body, closes by button, Escape, a click beside it,
/// an empty answer or the event linli:close.
export default function mount(element: HTMLElement): void {
  const dialog = element as HTMLDialogElement;
  dialog.addEventListener("htmx:afterSwap", () => {
    if (!dialog.open) dialog.showModal();
    dialog.querySelector<HTMLElement>("[autofocus], input:not([type=hidden]), select, textarea, button")?.focus();
  });
  dialog.addEventListener("htmx:beforeOnLoad", (event) => {
    if ((event as CustomEvent<{ xhr: XMLHttpRequest }>).detail.xhr.status === 204) dialog.close();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || (event.target as Element).closest("[data-closes]")) dialog.close();
  });
  document.body.addEventListener("linli:close", () => dialog.close());
  dialog.addEventListener("close", () => dialog.querySelector("#dialog-body")?.replaceChildren());
}
