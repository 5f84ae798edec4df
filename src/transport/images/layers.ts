/**
 * How many of an image's lowest layers an engine has. Docker finds a layer by the chain below it, so only layers that
 * some image there has in the same order from the bottom count, not those that merely occur.
 */
export function sharedLayers(layers: readonly string[], images: readonly (readonly string[])[]): number {
  const lengths = images.map((other) => {
    const end = layers.findIndex((layer, i) => layer !== other[i])
    return end === -1 ? layers.length : end
  })
  return Math.max(0, ...lengths)
}

/** Repository and tag of a reference; a port of a registry is no tag. */
export function splitRef(ref: string): { readonly repo: string; readonly tag: string } {
  const colon = ref.lastIndexOf(':')
  return colon > ref.lastIndexOf('/')
    ? { repo: ref.slice(0, colon), tag: ref.slice(colon + 1) }
    : { repo: ref, tag: 'latest' }
}
