/// Other tiles for a source whose filter or day has changed.
import type { LayerSpecification, Map as LibreMap, VectorTileSource } from "maplibre-gl";

/// While tiles of the old address are under way, the source is made anew: the map would take their answers for those
/// of the new one and keep them until it is moved. Else the old signs stay until the new ones are there.
export function retile(map: LibreMap, id: string, address: string): void {
  const source = map.getSource<VectorTileSource>(id);
  if (!source || source.tiles[0] === address) return;
  if (map.isSourceLoaded(id)) {
    source.setTiles([address]);
    return;
  }
  const { sources, layers } = map.getStyle();
  const drawn = layers.filter((layer) => "source" in layer && layer.source === id);
  for (const layer of drawn) map.removeLayer(layer.id);
  map.removeSource(id);
  map.addSource(id, { ...sources[id]!, tiles: [address] } as Parameters<LibreMap["addSource"]>[1]);
  layers.forEach((layer, at) => drawn.includes(layer) && map.addLayer(layer, above(layers, drawn, at)));
}

/// The next layer up that stayed: put back one after the other, from below, they lie as they lay.
function above(layers: LayerSpecification[], taken: LayerSpecification[], at: number): string | undefined {
  return layers.slice(at + 1).find((layer) => !taken.includes(layer))?.id;
}
