const parts = ['', '-updates', '-security']

/** Suites that have no such parts. */
const whole = ['sid', 'unstable']

/**
 * The lines for apt by which a Debian suite is had from the same mirrors as this machine's own, taken from the texts of
 * its `/etc/apt/sources.list` and `sources.list.d/*`. Empty when none of them is Debian's own archive.
 */
export function debianSources(suite: string, machineSuite: string, texts: readonly string[]): string[] {
  const own = whole.includes(suite) ? [''] : parts
  const wanted = new Map(own.map((part) => [machineSuite + part, suite + part]))
  const lines = texts.flatMap(entriesOf).flatMap(({ uri, name }) => {
    const other = wanted.get(name)
    return other === undefined ? [] : [`deb ${uri} ${other} main`]
  })
  const unique = [...new Set(lines)]
  return unique.some((line) => line.endsWith(` ${suite} main`)) ? unique : []
}

interface Entry {
  readonly uri: string
  readonly name: string
}

const entriesOf = (text: string): Entry[] =>
  /^\s*URIs:/im.test(text)
    ? text.split(/\n\s*\n/).flatMap(stanzaOf)
    : text.split('\n').flatMap((line) => lineOf(line.trim()))

/** Other archives name their suites after Debian's as well; they bring a key of their own. */
const isDebians = (options: string): boolean =>
  !/signed-by/i.test(options) || /signed-by[:=]\s*\S*debian-archive/i.test(options)

function stanzaOf(stanza: string): Entry[] {
  const field = (name: string): string[] =>
    new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t]+.*)*)`, 'im').exec(stanza)?.[1]?.split(/\s+/) ?? []
  if (!field('Types').includes('deb') || !field('Components').includes('main') || !isDebians(stanza))
    return []
  if (field('Enabled')[0]?.toLowerCase() === 'no') return []
  return field('URIs')
    .filter(isWeb)
    .flatMap((uri) => field('Suites').map((name) => ({ uri, name })))
}

function lineOf(line: string): Entry[] {
  const [, options = '', uri = '', name = '', components = ''] =
    /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
  return isWeb(uri) && components.split(/\s+/).includes('main') && isDebians(options) ? [{ uri, name }] : []
}

const isWeb = (uri: string): boolean => /^https?:\/\//.test(uri)
