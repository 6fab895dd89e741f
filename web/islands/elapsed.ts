/// How long a call lasts: <time data-island="elapsed" datetime=…>, minutes and seconds, ticking.
export default function mount(element: HTMLElement): void {
  const began = Date.parse(element.getAttribute("datetime") ?? "");
  const show = (): void => {
    const seconds = Math.max(0, Math.floor((Date.now() - began) / 1000));
    const rest = String(seconds % 60).padStart(2, "0");
    element.textContent = `${Math.floor(seconds / 60)}:${rest}`;
    if (!element.isConnected) clearInterval(timer);
  };
  const timer = setInterval(show, 1000);
  show();
}
