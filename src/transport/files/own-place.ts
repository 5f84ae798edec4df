import type { Action } from '../../core/action.ts'
import { manifestFolder } from '../../core/mirror/manifest.ts'
import type { Answer, OtherPlace, Probe } from '../../core/probe.ts'
import { hasRoot, needsSudo } from '../session/index.ts'
import type { Login } from '../ssh/connection.ts'

type Ask = (probes: readonly Probe[], signal: AbortSignal) => Promise<readonly Answer[]>

/** Puts the notes that are kept on a host where the login may write. */
export interface OwnPlace {
  readonly probes: (probes: readonly Probe[], signal: AbortSignal) => Promise<readonly Probe[]>
  readonly actions: (actions: readonly Action[], signal: AbortSignal) => Promise<readonly Action[]>
}

/** For whoever logs in so; `ask` asks the host, where its home folder has to be known. */
export const ownPlace = (login: Login, ask: Ask): OwnPlace =>
  needsSudo(login, 'root') ? loginPlace : hasRoot(login) ? rootPlace : homePlace(ask)

/** Root keeps them where they are said to be. */
const rootPlace: OwnPlace = {
  probes: (probes) => Promise.resolve(probes),
  actions: (actions) => Promise.resolve(actions),
}

/** Below the home folder. */
const homeFolder = '.provision-trees/'

/** So does root by way of a login, which has those in its home that it kept before it had these rights. */
export const loginPlace: OwnPlace = {
  ...rootPlace,
  probes: (probes) =>
    Promise.resolve(withOther(probes, (name) => ({ of: 'login', belowHome: `${homeFolder}${name}` }))),
}

/** In the home of a login without rights of root, for which the host is asked when there is something to put there. */
export function homePlace(ask: Ask): OwnPlace {
  let folder: string | undefined
  const find = async (signal: AbortSignal): Promise<string> => {
    const [answer] = await ask([{ ask: 'command', argv: ['sh', '-c', 'printf %s "$HOME"'] }], signal)
    const home = typeof answer === 'object' && 'output' in answer ? answer.output : ''
    return (folder = home.startsWith('/') ? `${home}/${homeFolder}` : manifestFolder)
  }
  const placed = async <T extends object>(
    items: readonly T[],
    signal: AbortSignal,
  ): Promise<readonly T[]> => {
    if (!items.some(isOwn)) return items
    const at = folder ?? (await find(signal))
    return items.map((item) => (isOwn(item) ? { ...item, path: `${at}${nameOf(item)}` } : item))
  }
  return {
    probes: (probes, signal) =>
      placed(
        withOther(probes, (name) => ({ of: 'root', path: `${manifestFolder}${name}` })),
        signal,
      ),
    actions: placed,
  }
}

/** The probes, each with the other place of what it reads of ours. */
const withOther = (probes: readonly Probe[], other: (name: string) => OtherPlace): readonly Probe[] =>
  probes.some(isOwn)
    ? probes.map((probe) =>
        probe.ask === 'read' && isOwn(probe) ? { ...probe, otherwise: other(nameOf(probe)) } : probe,
      )
    : probes

const nameOf = ({ path }: { readonly path: string }): string => path.slice(manifestFolder.length)

const isOwn = <T extends object>(item: T): item is T & { readonly path: string } =>
  'path' in item && typeof item.path === 'string' && item.path.startsWith(manifestFolder)
