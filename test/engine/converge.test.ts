import { expect, it } from 'vitest'
import type { Made } from '../../src/core/build/index.ts'
import type { Event } from '../../src/core/event.ts'
import { graphOf } from '../../src/core/graph/index.ts'
import { buildPhase } from '../../src/engine/converge.ts'
import { builtOf } from '../support/judge.ts'
import { builtImageOf } from '../support/made.ts'
import { never } from '../support/transport.ts'

it.each<[string, artifact: Made, image: Made, summary: string]>([
  ['nothing', 'before', 'before', '2 up to date'],
  ['what was not there, though no input has changed', 'now', 'before', '1 of 2 made'],
  ['all', 'now', 'now', '2 of 2 made'],
])('the phase of builds tells how much was made: %s', async (_, artifact, image, summary) => {
  const events: Event[] = []
  await buildPhase({
    graph: graphOf([], []),
    build: () =>
      Promise.resolve({
        built: new Map([['artifact a', { ...builtOf('a', []), made: artifact }]]),
        images: new Map([['i', { ...builtImageOf('i', '1'), made: image }]]),
      }),
    signal: never,
    emit: (event) => void events.push(event),
  })
  expect(events.at(-1)).toMatchObject({ event: 'phase-finished', ok: true, summary })
})
