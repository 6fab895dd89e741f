/// What every page does: find its islands and load them, and let htmx and the server talk to the reader.
import htmx from "htmx.org";

import { toast } from "./toast";
import { word } from "./words";

type Island = { default: (element: HTMLElement) => void };

const islands = import.meta.glob<Island>("./islands/*.ts");
const lazy = new Set(["map"]); // heavy: only once it is about to be seen
const mounted = new WeakSet<Element>();

async function mount(element: HTMLElement, name: string): Promise<void> {
  const load = islands[`./islands/${name}.ts`];
  if (!load) throw new Error(`There is no island “${name}”.`);
  (await load()).default(element);
}

const watcher = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      watcher.unobserve(entry.target);
      const element = entry.target as HTMLElement;
      for (const name of names(element)) if (lazy.has(name)) void mount(element, name);
    }
  },
  { rootMargin: "120px" },
);

function names(element: HTMLElement): string[] {
  return (element.dataset["island"] ?? "").split(/\s+/).filter(Boolean);
}

function mountAll(scope: ParentNode): void {
  const found = [...scope.querySelectorAll<HTMLElement>("[data-island]")];
  if (scope instanceof HTMLElement && scope.dataset["island"]) found.unshift(scope);
  for (const element of found) {
    if (mounted.has(element)) continue;
    mounted.add(element);
    for (const name of names(element)) {
      if (lazy.has(name)) watcher.observe(element);
      else void mount(element, name);
    }
  }
}

function beforeSwap(event: Event): void {
  const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
  if (xhr.status < 400 || !xhr.responseText.includes("data-refusal")) return;
  (event as CustomEvent<{ shouldSwap: boolean }>).detail.shouldSwap = false;
  const refusal = new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("[data-refusal]");
  toast(refusal?.textContent?.trim() || word("failed"), true);
}

function responseError(event: Event): void {
  const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
  if (xhr.responseText.includes("data-refusal")) return; // said in beforeSwap
  toast(word(xhr.status === 401 || xhr.status === 403 ? "refused" : xhr.status >= 500 ? "serverError" : "failed"), true);
}

/// A second click on a button whose form is on its way sends nothing.
function onceOnly(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (form.method !== "post" || form.hasAttribute("hx-post") || event.defaultPrevented) return;
  if (form.dataset["sent"]) event.preventDefault();
  form.dataset["sent"] = "1";
  setTimeout(() => delete form.dataset["sent"], 8000);
}

export function start(): void {
  document.documentElement.classList.add("js");
  mountAll(document);
  document.body.addEventListener("htmx:load", (event) => {
    mountAll((event as CustomEvent<{ elt: HTMLElement }>).detail.elt);
  });
  document.body.addEventListener("htmx:beforeSwap", beforeSwap);
  document.body.addEventListener("htmx:responseError", responseError);
  document.body.addEventListener("htmx:sendError", () => toast(word("offline"), true));
  document.body.addEventListener("linli:toast", (event) => {
    const { text, alert } = (event as CustomEvent<{ text: string; alert?: boolean }>).detail;
    toast(text, alert === true);
  });
  document.addEventListener("submit", onceOnly);
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) delete form.dataset["sent"];
  });
  document.addEventListener("click", (event) => {
    const opener = (event.target as Element).closest<HTMLElement>("[data-opens]");
    if (!opener) return;
    (document.getElementById(opener.dataset["opens"] ?? "") as HTMLDialogElement | null)?.showModal();
  });
  void htmx; // starts by itself once loaded
}
