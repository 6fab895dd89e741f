/// Small helpers that islands share.
const svg = "http://www.w3.org/2000/svg";

/// An icon of the sprite; the page says where the sprite is.
export function icon(name: string): SVGSVGElement {
  const picture = document.createElementNS(svg, "svg");
  picture.setAttribute("class", "icon");
  picture.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg, "use");
  use.setAttribute("href", `${document.body.dataset["icons"] ?? ""}#${name}`);
  picture.append(use);
  return picture;
}

export function button(text: string, iconName?: string, css = "btn btn-sm"): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = css;
  if (iconName) made.append(icon(iconName));
  made.append(text);
  return made;
}

export function csrf(): string {
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>;
  return headers["X-CSRFToken"] ?? "";
}

/// Where the device says it is. Rejects after 15 seconds or when refused.
export function position(): Promise<GeolocationCoordinates> {
  return new Promise((resolve, reject) => {
    if (!("geolocation" in navigator)) return reject(new Error("no geolocation"));
    navigator.geolocation.getCurrentPosition((found) => resolve(found.coords), reject, {
      enableHighAccuracy: true,
      timeout: 15_000,
      maximumAge: 10_000,
    });
  });
}

export function typing(): boolean {
  const at = document.activeElement;
  return at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
}
