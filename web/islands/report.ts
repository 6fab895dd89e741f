/// The report form: the device's position, a suggested place and the map speak of one point.
import { position } from "../dom";
import { word } from "../words";

export default function mount(element: HTMLElement): void {
  const input = (name: string): HTMLInputElement | null => element.querySelector(`input[name="${name}"]`);
  const says = element.querySelector<HTMLElement>("[data-says]");

  const place = (lon: string, lat: string): void => {
    const [x, y, crs] = [input("lon"), input("lat"), input("crs")];
    if (!x || !y) return;
    [x.value, y.value] = [lon, lat];
    if (crs) crs.value = "wgs84";
    x.dispatchEvent(new Event("change", { bubbles: true })); // the map, if it is open, follows
    element.dispatchEvent(new CustomEvent("linli:placed"));
  };

  element.addEventListener("change", (event) => {
    const chosen = event.target as HTMLInputElement;
    if (chosen.name !== "choice") return;
    const [point = "", text = ""] = chosen.value.split("|");
    const [lon = "", lat = ""] = point.split(",");
    const address = input("address");
    if (address) address.value = text;
    place(lon, lat);
  });

  element.addEventListener("linli:picked", () => {
    const crs = input("crs");
    if (crs) crs.value = "wgs84"; // the map speaks WGS84
    for (const choice of element.querySelectorAll<HTMLInputElement>('input[name="choice"]:checked')) {
      const [lon = "", lat = ""] = choice.value.split("|")[0]!.split(",");
      if (lon !== input("lon")?.value || lat !== input("lat")?.value) choice.checked = false;
    }
  });

  const own = element.querySelector<HTMLButtonElement>("[data-here]");
  if (own && "geolocation" in navigator && isSecureContext) {
    own.hidden = false;
    own.addEventListener("click", () => {
      if (says) says.textContent = word("locating");
      position().then(
        (found) => {
          const accuracy = element.querySelector<HTMLInputElement>("[data-accuracy]");
          place(found.longitude.toFixed(6), found.latitude.toFixed(6));
          if (accuracy) accuracy.value = found.accuracy.toFixed(0);
          if (says) says.textContent = word("located", Math.round(found.accuracy));
        },
        () => says && (says.textContent = word("notLocated")),
      );
    });
  }
  element.ownerDocument.getElementById("wrong")?.scrollIntoView({ block: "center" });
}
