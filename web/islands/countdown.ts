/// A clock that ticks: <time data-island="countdown" datetime=… data-warn=…>. One timer for all of them.
import { duration, word } from "../words";

const clocks = new Set<HTMLElement>();
let timer: ReturnType<typeof setInterval> | undefined;

function show(clock: HTMLElement): void {
  const due = Date.parse(clock.getAttribute("datetime") ?? "");
  const left = (due - Date.now()) / 1000;
  const text = word(left >= 0 ? "left" : "over", duration(left));
  if (clock.textContent !== text) clock.textContent = text;
  const warn = Date.parse(clock.dataset["warn"] ?? "");
  if (Number.isNaN(warn) && left >= 0) return; // the server knows the light, we do not
  clock.classList.remove("light-green", "light-yellow", "light-red");
  clock.classList.add(left < 0 ? "light-red" : Date.now() >= warn ? "light-yellow" : "light-green");
}

function tick(): void {
  for (const clock of clocks) {
    if (clock.isConnected) show(clock);
    else clocks.delete(clock);
  }
  if (clocks.size === 0 && timer !== undefined) {
    clearInterval(timer);
    timer = undefined;
  }
}

export default function mount(element: HTMLElement): void {
  clocks.add(element);
  show(element);
  timer ??= setInterval(tick, 15_000);
}
