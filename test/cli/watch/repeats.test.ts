import { describe, expect, it } from 'vitest'
import { withoutRepeats } from '../../../src/cli/watch/repeats.ts'
import type { Event } from '../../../src/core/event.ts'

const stray = (text: string): Event => ({ event: 'note', level: 'warning', kind: 'stray', text })
const at = (url: string): Event => ({
  event: 'endpoints',
  endpoints: [{ container: 'nginx', called: 'nginx', name: 'http', host: 'web', port: 80, url }],
})
const warning: Event = { event: 'note', level: 'warning', text: 'slow' }

const rows: [title: string, runs: readonly (readonly Event[])[], told: readonly (readonly Event[])[]][] = [
  ['the same endpoints', [[at('a')], [at('a')], [at('b')], [at('a')]], [[at('a')], [], [at('b')], [at('a')]]],
  [
    'the same stray hosts',
    [[stray('db'), stray('old'), at('a')], [stray('db'), stray('old'), at('a')], [stray('db')]],
    [[stray('db'), stray('old'), at('a')], [], []],
  ],
  [
    'but tells one that is stray again, or another one',
    [[stray('db'), at('a')], [at('a')], [stray('db'), at('a')], [stray('db'), stray('old'), at('a')]],
    [[stray('db'), at('a')], [], [stray('db')], [stray('old')]],
  ],
  [
    'not after a run that never asked for the hosts',
    [[stray('db'), at('a')], [], [stray('db')]],
    [[stray('db'), at('a')], [], []],
  ],
  ['and no other warning', [[warning], [warning]], [[warning], [warning]]],
]

describe('the runs of a watch do not repeat', () => {
  it.each(rows)('%s', (_, runs, told) => {
    const emitIn = withoutRepeats()
    const heard = runs.map((events) => {
      const seen: Event[] = []
      events.forEach(emitIn((event) => void seen.push(event)))
      return seen
    })
    expect(heard).toEqual(told)
  })
})
