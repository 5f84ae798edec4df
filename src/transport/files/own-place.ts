import type { Action } from '../../core/action.ts'
import { manifestFolder } from '../../core/mirror/manifest.ts'
import type { Answer, Probe } from '../../core/probe.ts'

type Ask = (probes: readonly Probe[], signal: AbortSignal) => Promise<readonly Answer[]>

/** Puts the notes that are kept on a host where the login may write. */
export interface OwnPlace {
  readonly probes: (probes: readonly Probe[], signal: AbortSignal) => Promise<readonly Probe[]>
  readonly actions: (actions: readonly Action[], signal: AbortSignal) => Promise<readonly Action[]>
}

/** Root keeps them where they are said to be. */
export const rootPlace: OwnPlace = {
  probes: (probes) => Promise.resolve(probes),
  actions: (actions) => Promise.resolve(actions),
}

/** In the home of a login without rights of root, for which the host is asked when there is something to put there. */
export function homePlace(ask: Ask): OwnPlace {
  let folder: string | undefined
  const find = async (signal: AbortSignal): Promise<string> => {
    const [answer] = await ask([{ ask: 'command', argv: ['sh', '-c', 'printf %s "$HOME"'] }], signal)
    const home = typeof answer === 'object' && 'output' in answer ? answer.output : ''
    return (folder = home.startsWith('/') ? `${home}/.provision-trees/` : manifestFolder)
  }
  async function placed<T extends object>(items: readonly T[], signal: AbortSignal): Promise<readonly T[]> {
    if (!items.some(isOwn)) return items
    const at = folder ?? (await find(signal))
    return items.map((item) =>
      isOwn(item) ? { ...item, path: `${at}${item.path.slice(manifestFolder.length)}` } : item,
    )
  }
  return { probes: placed, actions: placed }
}

const isOwn = <T extends object>(item: T): item is T & { readonly path: string } =>
  'path' in item && typeof item.path === 'string' && item.path.startsWith(manifestFolder)
