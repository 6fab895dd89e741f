/// The wall: pieces that the event stream brings, patched into the page; says when the last one came, and tries
/// again for as long as the server is away. Made to run for weeks: nothing here grows.
import type { Map as LibreMap } from "maplibre-gl";

import type { Pulse, Pulses } from "../map/pulses";
import { patch } from "../patch";
import { Silence } from "../silence";

type Told = { at: string; pieces: Record<string, string> };
const AGAIN_MS = 15_000;
const FLASH_MS = 2_000;

export default function mount(element: HTMLElement): void {
  new Wall(element).start();
}

class Wall {
  private source: EventSource | undefined;
  private again: ReturnType<typeof setTimeout> | undefined;
  private readonly silence = new Silence(() => {
    this.open();
    this.say("lost");
  });
  private pulses: Pulses | undefined;

  constructor(private readonly element: HTMLElement) {}

  start(): void {
    this.element.addEventListener("linli:map", (event) => {
      const map = (event as CustomEvent<LibreMap>).detail;
      void import("../map/pulses").then(({ Pulses }) => {
        this.pulses = new Pulses(map);
        this.pulse();
      });
    });
    this.buttons();
    this.tick();
    this.open();
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event: PageTransitionEvent) => event.persisted && this.open());
    addEventListener("offline", () => this.say("lost"));
    addEventListener("online", () => this.open());
  }

  private part(name: string): HTMLElement | null {
    return this.element.querySelector<HTMLElement>(`[data-wall-${name}]`);
  }

  // -- the stream -------------------------------------------------------------------------------
  private open(): void {
    this.close();
    const { src, language } = this.element.dataset;
    const query = new URLSearchParams({ board: "wall", lang: language ?? "" });
    const source = new EventSource(`${src ?? "/events"}?${query.toString()}`, { withCredentials: true });
    this.source = source;
    this.silence.heard();
    source.addEventListener("board", (event) => this.told(JSON.parse((event as MessageEvent<string>).data) as Told));
    for (const sign of ["open", "beat"]) source.addEventListener(sign, () => this.lives());
    source.addEventListener("error", () => {
      if (this.source !== source) return;
      this.say("lost");
      if (source.readyState === EventSource.CLOSED) void this.refused();
    });
  }

  private close(): void {
    clearTimeout(this.again);
    this.silence.end();
    this.source?.close();
    this.source = undefined;
  }

  /// The browser gave up: the server is away, or nobody is signed in any more. The page itself knows which.
  private async refused(): Promise<void> {
    this.again = setTimeout(() => this.open(), AGAIN_MS);
    try {
      const answer = await fetch(location.href, { method: "HEAD", redirect: "manual", headers: { "Linli-By-Itself": "1" } });
      if (answer.type === "opaqueredirect" || answer.status === 403) this.say("ended");
    } catch {
      this.say("lost");
    }
  }

  private lives(): void {
    this.silence.heard();
    this.say("live");
  }

  private say(key: "live" | "lost" | "ended"): void {
    const state = this.part("state");
    if (!state) return;
    const words = this.element.dataset[key] ?? "";
    if (state.textContent !== words) state.textContent = words;
    this.element.dataset["state"] = key;
  }

  private told({ at, pieces }: Told): void {
    this.lives();
    const stamp = this.part("at");
    if (stamp) stamp.textContent = at;
    for (const [name, html] of Object.entries(pieces)) {
      const place = this.element.querySelector<HTMLElement>(`[data-piece="${CSS.escape(name)}"]`);
      if (place) this.put(place, html);
    }
    this.pulse();
    document.dispatchEvent(new CustomEvent("linli:case", { detail: {} })); // the map looks again, in its own time
  }

  private put(place: HTMLElement, html: string): void {
    const fresh = place.cloneNode(false) as HTMLElement;
    fresh.innerHTML = html;
    const before = [...place.querySelectorAll(".wall-value")].map((value) => value.textContent);
    patch(place, fresh);
    [...place.querySelectorAll<HTMLElement>(".wall-value")].forEach((value, at) => {
      if (before[at] === undefined || before[at] === value.textContent) return;
      value.classList.add("wall-changed");
      setTimeout(() => value.classList.remove("wall-changed"), FLASH_MS);
    });
  }

  private pulse(): void {
    const told = this.element.querySelector<HTMLElement>("[data-pulses]")?.dataset["pulses"];
    if (told) this.pulses?.show(JSON.parse(told) as Pulse[]);
  }

  // -- clock and buttons ------------------------------------------------------------------------
  private tick(): void {
    const clock = this.part("clock");
    const { zone } = this.element.dataset; // the city's clock, wherever the screen thinks it is
    const written = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", ...(zone ? { timeZone: zone } : {}) });
    const show = (): void => {
      if (clock) clock.textContent = written.format(new Date());
    };
    show();
    setInterval(show, 1000);
  }

  private buttons(): void {
    const pause = this.part("pause") as HTMLButtonElement | null;
    if (pause) {
      pause.hidden = false;
      pause.addEventListener("click", () => {
        const still = pause.getAttribute("aria-pressed") !== "true";
        pause.setAttribute("aria-pressed", String(still));
        this.element.classList.toggle("wall-still", still);
      });
    }
    const full = this.part("full") as HTMLButtonElement | null;
    if (full && document.fullscreenEnabled) {
      full.hidden = false;
      full.addEventListener("click", () => void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
    }
  }
}
