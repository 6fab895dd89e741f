/// Sizes on the ground, from degrees, on a sphere of the earth's mean radius (within 0.5 % of the ellipsoid).
export type Place = [lon: number, lat: number];

const EARTH_M = 6_371_008.8;
const rad = (degrees: number): number => (degrees * Math.PI) / 180;

export function distance(from: Place, to: Place): number {
  const [lat1, lat2] = [rad(from[1]), rad(to[1])];
  const half = (angle: number): number => Math.sin(angle / 2) ** 2;
  const chord = half(lat2 - lat1) + Math.cos(lat1) * Math.cos(lat2) * half(rad(to[0] - from[0]));
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(chord)));
}

export function length(line: Place[]): number {
  return line.slice(1).reduce((sum, place, at) => sum + distance(line[at]!, place), 0);
}

/// Square metres inside a ring that closes by itself.
export function area(ring: Place[]): number {
  const sum = ring.reduce((total, [lon, lat], at) => {
    const [nextLon, nextLat] = ring[(at + 1) % ring.length]!;
    return total + rad(nextLon - lon) * (2 + Math.sin(rad(lat)) + Math.sin(rad(nextLat)));
  }, 0);
  return Math.abs((sum * EARTH_M * EARTH_M) / 2);
}

function number(value: number): string {
  return new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 4 }).format(value);
}

export function metres(value: number): string {
  return value >= 1000 ? `${number(value / 1000)} km` : `${number(Math.round(value))} m`;
}

export function squareMetres(value: number): string {
  return value >= 1e6 ? `${number(value / 1e6)} km²` : `${number(Math.round(value))} m²`;
}
