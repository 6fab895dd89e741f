/// One event stream a page; what it says becomes DOM events, and marked elements fetch themselves anew.
/// data-live-case="ID": that case changed. data-live="cases": any did. data-live="badges": counts may have.
import htmx from "htmx.org";

import { typing } from "../dom";
import { word } from "../words";

type Facts = { case_id?: number | string; case?: number | string; id?: number | string };

const waiting = new Map<Element, ReturnType<typeof setTimeout>>();

/// Fetch `element` again, soon, once for many events, and never under somebody's typing hands.
function refresh(element: HTMLElement, delay_ms: number): void {
  if (waiting.has(element)) return;
  const timer = setTimeout(() => {
    waiting.delete(element);
    if (!element.isConnected) return;
    if (document.hidden || (typing() && element.contains(document.activeElement)) || element.querySelector("details[open]")) {
      return refresh(element, 3_000);
    }
    const source = element.dataset["liveSrc"] ?? location.href;
    void htmx.ajax("get", source, { target: element, source: element, swap: "outerHTML", select: element.id ? `#${element.id}` : "" });
  }, delay_ms);
  waiting.set(element, timer);
}

function refreshAll(selector: string, delay_ms: number): void {
  for (const each of document.querySelectorAll<HTMLElement>(selector)) refresh(each, delay_ms);
}

function caseChanged(facts: Facts): void {
  const id = String(facts.case_id ?? facts.case ?? facts.id ?? "");
  document.dispatchEvent(new CustomEvent("linli:case", { detail: facts }));
  refreshAll(`[data-live-case="${CSS.escape(id)}"]`, 100);
  refreshAll('[data-live="cases"]', 3_000);
  refreshAll('[data-live="badges"]', 1_500);
}

function open(url: string, state: HTMLElement): void {
  const stream = new EventSource(url, { withCredentials: true });
  let lost = false;
  stream.addEventListener("open", () => {
    state.hidden = false;
    state.textContent = word("live");
    state.classList.remove("live-lost");
    // What happened while we were away is not replayed for ever: look once at everything.
    if (lost) refreshAll("[data-live-case], [data-live]", 500);
    lost = false;
  });
  stream.addEventListener("error", () => {
    lost = true;
    state.hidden = false;
    state.textContent = word("notLive");
    state.classList.add("live-lost");
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => state.isConnected && open(url, state), 15_000);
  });
  for (const topic of ["case", "cases"]) {
    stream.addEventListener(topic, (event) => caseChanged(JSON.parse((event as MessageEvent<string>).data) as Facts));
  }
  for (const topic of ["badges", "notice"]) {
    stream.addEventListener(topic, (event) => {
      refreshAll('[data-live="badges"]', 300);
      const detail: unknown = JSON.parse((event as MessageEvent<string>).data || "{}");
      document.dispatchEvent(new CustomEvent(`linli:${topic}`, { detail }));
    });
  }
  addEventListener("pagehide", () => stream.close(), { once: true });
}

export default function mount(element: HTMLElement): void {
  const url = document.querySelector<HTMLMetaElement>('meta[name="linli-events"]')?.content;
  if (url) open(url, element);
}
