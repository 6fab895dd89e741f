/// Outlines redrawn on the map: corners dragged, areas drawn, split and merged, step by step. Each step is a line of
/// the form's field `steps`; the server does the steps and answers with the outlines and what they would change.
/// Undoing is taking the last line away. Without this file the form takes the same lines from the keyboard.
import type { Map as LibreMap, MapMouseEvent, MapTouchEvent } from "maplibre-gl";

import { typing } from "../dom";
import { Drawing } from "../map/drawing";
import type { Place } from "../map/geo";
import { type Areas, Redrawn } from "../map/redrawn";
import { snapped } from "../map/snap";

type Tool = "corners" | "draw" | "split" | "merge";
type Pointing = MapMouseEvent | MapTouchEvent;
const REACH_PX = 12;

export default function mount(element: HTMLElement): void {
  element.addEventListener("linli:map", (event) => {
    const map = (event as CustomEvent<LibreMap>).detail;
    const loaded = new Promise((resolve) => map.once("load", resolve));
    void Promise.all([fetch(element.dataset["src"] ?? ""), loaded]).then(async ([answer]) => {
      if (answer.ok) new Desk(element, map, (await answer.json()) as Areas).start();
    });
  });
}

const written = (place: Place): string => place.map((degrees) => String(Number(degrees.toFixed(15)))).join(",");
const rounded = ([lon, lat]: Place): Place => [Number(lon.toFixed(9)), Number(lat.toFixed(9))];

class Desk {
  private tool: Tool = "corners";
  private held: { from: Place; to: Place; dragged: boolean } | undefined;
  private undone: string[] = [];
  private readonly shown: Redrawn;
  private readonly drawing: Drawing;
  private readonly steps: HTMLTextAreaElement;

  constructor(private readonly element: HTMLElement, private readonly map: LibreMap, private readonly first: Areas) {
    this.steps = element.querySelector<HTMLTextAreaElement>("textarea[name=steps]")!;
    this.shown = new Redrawn(map);
    this.drawing = new Drawing(map, "drawn");
  }

  start(): void {
    this.shown.begin(this.first);
    this.answered();
    this.take("corners");
    const { map, element } = this;
    element.addEventListener("click", (event) => this.pressed(event.target as Element));
    element.addEventListener("change", (event) => {
      const changed = event.target as HTMLInputElement;
      if (changed.name === "chosen") this.choose(changed.value);
    });
    element.addEventListener("htmx:afterSwap", () => this.answered());
    map.on("click", (event) => this.clicked(event));
    map.on("dblclick", (event) => this.twice(event));
    for (const type of ["mousedown", "touchstart"] as const) map.on(type, "handles", (event: Pointing) => this.grab(event));
    for (const type of ["mousemove", "touchmove"] as const) map.on(type, (event: Pointing) => this.drag(event));
    for (const type of ["mouseup", "touchend"] as const) map.on(type, () => this.letGo());
    map.on("move", () => this.held && !this.held.dragged && this.carry(map.getCenter().toArray() as Place));
    element.addEventListener("keydown", (event) => this.key(event));
  }

  // -- steps ------------------------------------------------------------------------------------
  private get lines(): string[] {
    return this.steps.value.split("\n").filter((line) => line.trim());
  }

  private write(lines: string[]): void {
    this.steps.value = lines.join("\n");
    this.steps.dispatchEvent(new Event("change", { bubbles: true })); // htmx asks for the preview
    this.buttons();
  }

  private step(line: string): void {
    this.undone = [];
    this.write([...this.lines, line]);
  }

  private undo(): void {
    const last = this.lines.at(-1);
    if (last === undefined) return;
    this.undone.push(last);
    this.write(this.lines.slice(0, -1));
  }

  private redo(): void {
    const again = this.undone.pop();
    if (again !== undefined) this.write([...this.lines, again]);
  }

  /// The preview has come: the map follows it. A step that was refused is said and taken back.
  private answered(): void {
    const preview = this.element.querySelector<HTMLElement>("[data-shapes]");
    const fault = preview?.dataset["fault"];
    if (fault && !typing()) {
      this.says(fault);
      this.write(this.lines.slice(0, -1));
      return;
    }
    const shapes = preview?.dataset["shapes"];
    this.shown.set(shapes ? (JSON.parse(shapes) as Areas) : { ...this.first, features: this.first.features.filter(({ properties }) => !["frame", "street"].includes(properties.key)) });
    if (!this.shown.areas.features.some(({ properties }) => properties.key === this.shown.chosen)) this.shown.choose("");
    this.tick();
    this.buttons();
  }

  // -- tools ------------------------------------------------------------------------------------
  private take(tool: Tool): void {
    this.tool = tool;
    this.drop();
    const drawn = tool === "draw" || tool === "split";
    this.drawing.set([], tool === "draw");
    this.element.querySelector(".map")?.toggleAttribute("data-drawing", true); // the middle is where keys act
    this.map.doubleClickZoom.disable();
    for (const button of this.element.querySelectorAll<HTMLElement>("[data-take]")) button.setAttribute("aria-pressed", String(button.dataset["take"] === tool));
    for (const button of this.element.querySelectorAll<HTMLElement>("[data-only]")) button.hidden = !drawn;
    const panel = this.element.querySelector<HTMLElement>("[data-redraw-says]");
    this.says(panel?.dataset[this.needsChoice(tool) ? "choose" : tool] ?? "");
  }

  private needsChoice(tool: Tool): boolean {
    return (tool === "split" || tool === "merge") && !this.shown.areas.features.some(({ properties }) => properties.key === this.shown.chosen);
  }

  private says(text: string): void {
    const panel = this.element.querySelector<HTMLElement>("[data-redraw-says]");
    if (panel && text) panel.textContent = text;
  }

  private choose(key: string): void {
    this.shown.choose(key);
    this.tick();
    if (this.tool !== "draw") this.take(this.tool);
  }

  private tick(): void {
    for (const radio of this.element.querySelectorAll<HTMLInputElement>("input[name=chosen]")) radio.checked = radio.value === this.shown.chosen;
  }

  private finish(): void {
    const { places } = this.drawing;
    const ring = (ends: Place[]): string => ends.map((end) => written(end).replace(",", " ")).join(", ");
    if (this.tool === "draw" && places.length > 2) {
      const key = this.shown.chosen || this.free();
      this.shown.chosen = key;
      this.step(`${this.box("together") ? "claim" : "draw"} ${key} POLYGON ((${ring([...places, places[0]!])}))`);
    } else if (this.tool === "split" && places.length > 1 && !this.needsChoice("split")) {
      this.step(`split ${this.shown.chosen} LINESTRING (${ring(places)})`);
    } else return;
    this.take("corners");
  }

  private free(): string {
    const keys = new Set(this.shown.areas.features.map(({ properties }) => properties.key));
    for (let n = 1; ; n += 1) if (!keys.has(`+${n}`)) return `+${n}`;
  }

  private box(name: string): boolean {
    return this.element.querySelector<HTMLInputElement>(`input[data-redraw=${name}]`)?.checked ?? true;
  }

  private buttons(): void {
    const disable = (name: string, off: boolean): void => {
      const button = this.element.querySelector<HTMLButtonElement>(`[data-redraw=${name}]`);
      if (button) button.disabled = off;
    };
    disable("undo", !this.lines.length);
    disable("redo", !this.undone.length);
  }

  private pressed(target: Element): void {
    const button = target.closest<HTMLElement>("[data-take], button[data-redraw]");
    const { take, redraw } = button?.dataset ?? {};
    if (take) {
      this.take(take as Tool);
      this.map.getCanvas().focus();
    }
    const acts: Record<string, () => void> = {
      undo: () => this.undo(),
      redo: () => this.redo(),
      fill: () => this.step("fill"),
      add: () => this.drawing.add(this.fall(this.map.getCenter().toArray() as Place)),
      back: () => this.drawing.set(this.drawing.places.slice(0, -1)),
      done: () => this.finish(),
      end: () => this.take("corners"),
    };
    if (redraw) acts[redraw]?.();
  }

  // -- on the map -------------------------------------------------------------------------------
  /// Where a place falls: on a corner or a line nearby, where that is wished.
  private fall(place: Place, but?: Place, free = false): Place {
    if (free || !this.box("snap")) return rounded(place);
    const top = this.map.unproject([0, 0]).lat - this.map.unproject([0, REACH_PX]).lat;
    const to = snapped(place, this.shown.lines, Math.abs(top), but);
    return to === place ? rounded(place) : to;
  }

  private clicked(event: MapMouseEvent): void {
    const place = event.lngLat.toArray() as Place;
    if (this.tool === "draw" || this.tool === "split") {
      const first = this.drawing.places[0];
      if (this.tool === "draw" && first && this.drawing.places.length > 2 && this.near(event, first)) return this.finish();
      return this.drawing.add(this.fall(place, undefined, event.originalEvent.altKey));
    }
    if (this.map.queryRenderedFeatures(event.point, { layers: ["handles"] }).length) return;
    const key = this.map.queryRenderedFeatures(event.point, { layers: ["redrawn-fill"] })[0]?.properties["key"] as string | undefined;
    if (this.tool === "merge" && key && !this.needsChoice("merge") && key !== this.shown.chosen) {
      this.step(`merge ${this.shown.chosen} ${key}`);
      this.take("corners");
    } else if (key) this.choose(key);
  }

  private near(event: MapMouseEvent, place: Place): boolean {
    return this.map.project(place).dist(event.point) < REACH_PX;
  }

  private twice(event: MapMouseEvent): void {
    if (this.tool === "draw" || this.tool === "split") return this.finish();
    const handle = this.map.queryRenderedFeatures(event.point, { layers: ["handles"] }).find((one) => one.properties["corner"] === true);
    if (handle) this.step(`drop ${String(handle.properties["at"])}`);
  }

  private grab(event: Pointing): void {
    const at = this.map.queryRenderedFeatures(event.point, { layers: ["handles"] })[0]?.properties["at"] as string | undefined;
    if (this.tool !== "corners" || !at) return;
    event.preventDefault(); // the map stays
    const from = at.split(",").map(Number) as Place;
    this.held = { from, to: from, dragged: true };
  }

  private drag(event: Pointing): void {
    if (this.held?.dragged) this.carry(event.lngLat.toArray() as Place, event.originalEvent.altKey);
  }

  private carry(place: Place, free = false): void {
    if (!this.held) return;
    const { areas } = this.shown;
    this.held.to = this.fall(place, this.held.from, free);
    this.shown.set(this.shown.bent(this.held.from, this.held.to, !this.box("together")));
    this.shown.handles(this.held.to);
    this.shown.areas = areas;
  }

  private letGo(): void {
    if (this.held?.dragged) this.put();
  }

  /// The corner stays where it was carried to.
  private put(): void {
    if (!this.held) return;
    const { from, to } = this.held;
    this.held = undefined;
    if (from[0] === to[0] && from[1] === to[1]) return this.shown.set(this.shown.areas);
    this.step(`move ${written(from)} ${written(to)}${this.box("together") ? "" : ` ${this.shown.chosen}`}`);
  }

  private drop(): void {
    if (this.held) this.shown.set(this.shown.areas);
    this.held = undefined;
  }

  /// The handle nearest to the middle of the map.
  private nearest(corner = false): Place | undefined {
    const centre = this.map.project(this.map.getCenter());
    const found = this.shown.places().filter((one) => !corner || one.corner).map(({ place }) => ({ place, away: this.map.project(place).dist(centre) }));
    return found.sort((a, b) => a.away - b.away)[0]?.place;
  }

  private key(event: KeyboardEvent): void {
    if (typing() && (event.target as HTMLElement).tagName !== "CANVAS" && !(event.target as Element).matches("[type=radio], [type=checkbox]")) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      if (event.shiftKey) this.redo();
      else this.undo();
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y") this.redo();
    else if (!(event.target as Element).classList.contains("maplibregl-canvas")) return;
    else if (event.key === "Escape") this.take("corners");
    else if (this.tool === "draw" || this.tool === "split") {
      const steps: Record<string, string> = { " ": "add", Enter: "done", Backspace: "back" };
      const pressed = steps[event.key];
      if (!pressed) return;
      this.pressed(this.element.querySelector(`[data-redraw=${pressed}]`)!);
    } else if (event.key === "Delete") {
      const corner = this.nearest(true);
      if (corner) this.step(`drop ${written(corner)}`);
    } else if (event.key === " " || event.key === "Enter") {
      if (this.held) this.put();
      else {
        const from = this.nearest();
        if (!from) return;
        this.held = { from, to: from, dragged: false };
        this.carry(this.map.getCenter().toArray() as Place);
      }
    } else return;
    event.preventDefault();
  }
}
