/// One event stream a page; what it says becomes DOM events, and marked elements fetch themselves anew.
/// data-live-case="ID": that case changed. data-live="cases": any did. data-live="badges": counts may have.
import htmx from "htmx.org";

import { typing } from "../dom";
import { Silence } from "../silence";
import { word } from "../words";

type Facts = { case_id?: number | string; case?: number | string; id?: number | string };

/// Tells the server that nobody sits here: such a request does not keep the session alive.
const BY_ITSELF = { "Linli-By-Itself": "1" };

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
    void htmx.ajax("get", source, { target: element, source: element, swap: "outerHTML", select: element.id ? `#${element.id}` : "", headers: BY_ITSELF });
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

/// A browser holds few streams to one host: a page hidden for a minute lets go of its own, and looks
/// once at everything when it is seen again.
const HIDDEN_MS = 60_000;

class Stream {
  private source: EventSource | undefined;
  private missed = false;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private readonly silence = new Silence(() => this.again());

  constructor(
    private readonly url: string,
    private readonly state: HTMLElement,
  ) {
    this.open();
    document.addEventListener("visibilitychange", () => this.seen());
    document.body.addEventListener("htmx:afterSettle", () => this.state.isConnected || this.close());
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event: PageTransitionEvent) => event.persisted && this.seen());
    addEventListener("offline", () => this.say("notLive"));
    addEventListener("online", () => this.again());
  }

  /// What there was of a stream is dead, whatever the browser thinks of it.
  private again(): void {
    this.close();
    this.say("notLive");
    this.seen();
  }

  private seen(): void {
    clearTimeout(this.resting);
    if (document.hidden) this.resting = setTimeout(() => this.close(), HIDDEN_MS);
    else if (!this.source && this.state.isConnected) this.open();
  }

  private close(): void {
    this.silence.end();
    this.source?.close();
    this.source = undefined;
    this.missed = true;
  }

  private lives(): void {
    this.silence.heard();
    this.say("live");
  }

  private say(key: "live" | "notLive"): void {
    this.state.hidden = false;
    this.state.textContent = word(key);
    this.state.classList.toggle("live-lost", key === "notLive");
  }

  private open(): void {
    const source = new EventSource(this.url, { withCredentials: true });
    this.source = source;
    this.silence.heard();
    for (const sign of ["beat", "case", "reset", "badges", "notice"]) source.addEventListener(sign, () => this.lives());
    source.addEventListener("open", () => {
      this.lives();
      if (this.missed) refreshAll("[data-live-case], [data-live]", 500);
      this.missed = false;
    });
    source.addEventListener("error", () => {
      this.missed = true;
      this.say("notLive");
      if (source.readyState !== EventSource.CLOSED || this.source !== source) return;
      this.source = undefined; // the browser gave up (a proxy's 502): try again later
      setTimeout(() => this.seen(), 15_000);
    });
    source.addEventListener("case", (event) => caseChanged(JSON.parse((event as MessageEvent<string>).data) as Facts));
    // The server cannot tell what this page has missed.
    source.addEventListener("reset", () => refreshAll("[data-live-case], [data-live]", 500));
    for (const topic of ["badges", "notice"]) {
      source.addEventListener(topic, (event) => {
        refreshAll('[data-live="badges"]', 300);
        const detail: unknown = JSON.parse((event as MessageEvent<string>).data || "{}");
        document.dispatchEvent(new CustomEvent(`linli:${topic}`, { detail }));
      });
    }
  }
}

export default function mount(element: HTMLElement): void {
  const url = document.querySelector<HTMLMetaElement>('meta[name="linli-events"]')?.content;
  if (url) new Stream(url, element);
}
