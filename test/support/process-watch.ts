import { readdirSync, readFileSync } from 'node:fs'
import { searchIn, type Planted, type Search } from './planted.ts'

/** Looks from time to time at what everybody can see of all processes; nodes are containers here, so theirs are among them. */
export interface ProcessWatch {
  /** Command lines and environments that were looked at. */
  readonly looks: () => number
  readonly stop: () => void
}

/** @param mayKnow whether the environment of a process may hold secrets, by its command line and environment */
export function watchProcesses(
  search: Search,
  planted: readonly Planted[],
  mayKnow: (commandLine: string, environment: string) => boolean,
): ProcessWatch {
  let looks = 0
  const seen = new Set<string>()
  const look = (): void => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const commandLine = contentOf(`/proc/${pid}/cmdline`)
      const environment = contentOf(`/proc/${pid}/environ`)
      looks += 2
      // Most processes are the same from one look to the next.
      const both = `${pid}\n${commandLine}\n${environment}`
      if (seen.has(both)) continue
      seen.add(both)
      const who = commandLine.replaceAll('\0', ' ').slice(0, 80)
      searchIn(search, `command line of ${who}`, commandLine, planted)
      if (!mayKnow(commandLine, environment)) searchIn(search, `environment of ${who}`, environment, planted)
    }
  }
  const timer = setInterval(look, 100)
  return { looks: () => looks, stop: () => clearInterval(timer) }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It has ended, or is somebody else's.
    return ''
  }
}
