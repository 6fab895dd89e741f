/// The ground of every map: our own style by day or night, in the language of the page.
import type { StyleSpecification } from "maplibre-gl";

const bare: StyleSpecification = {
  version: 8,
  sources: {},
  layers: [{ id: "ground", type: "background", paint: { "background-color": "#eef0ee" } }],
};

export function isDark(element: HTMLElement): boolean {
  const scheme = getComputedStyle(element).colorScheme;
  return scheme === "dark" || (scheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches);
}

/// Tiles are paths of this server; MapLibre's worker needs them with the origin in front.
export async function baseStyle(dark: boolean): Promise<StyleSpecification> {
  const query = new URLSearchParams({ theme: dark ? "dark" : "light", lang: document.documentElement.lang });
  try {
    const answer = await fetch(`/tiles/style.json?${query.toString()}`);
    if (!answer.ok) return bare;
    const style = (await answer.json()) as StyleSpecification;
    for (const source of Object.values(style.sources)) {
      if ("tiles" in source && source.tiles) source.tiles = source.tiles.map((url) => (url.startsWith("/") ? location.origin + url : url));
    }
    return style;
  } catch {
    return bare;
  }
}
