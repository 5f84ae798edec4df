import { at, eventsOf, listAt } from './json.ts'

/** What `--json --profile` tells of the busiest host: round trips, and the connections that they went over. */
export function turnsIn(stdout: string): number {
  const profile = eventsOf(stdout, 'result').find((event) => at(event, 'command') === 'profile')
  const turns = listAt(profile, 'data', 'hosts').map((host) => Number(at(host, 'turns')))
  if (turns.length === 0) throw new Error('the profile tells of no host')
  return Math.max(...turns)
}

/** @throws Error where something was done when nothing was to do */
export function nothingChanged(stdout: string): void {
  const changed = at(eventsOf(stdout, 'finished')[0], 'changed')
  if (changed !== 0) throw new Error(`${String(changed)} changed where there was nothing to do`)
}
