import { expect, test } from 'vitest'
import { followLog } from '../../../src/cli/logs/follow-log.ts'
import type { LogLine } from '../../../src/transport/docker/logs.ts'
import { fakeEngine, frame, tell } from '../../support/fake-engine.ts'

/** What a container wrote at one time: nanoseconds, stream, text. */
type Piece = readonly [at: number, stream: 'stdout' | 'stderr', text: string]

const stampOf = (at: number) => `2026-01-01T00:00:00.${String(at).padStart(9, '0')}Z`

/** Reads a container that ends after each of these parts of its log and is started again after it but for the last. */
async function shownOf(...parts: readonly (readonly Piece[])[]): Promise<string[]> {
  let starts = 0
  const stop = new AbortController()
  const engine = await fakeEngine((path, response) => {
    const { pathname, searchParams } = new URL(path, 'http://docker')
    if (pathname.endsWith('/json')) {
      if (starts === parts.length) stop.abort()
      tell(response, { Name: '/user', Id: 'user', State: { Running: true }, Config: { Tty: false } })
      return
    }
    const since = Number(searchParams.get('since')?.split('.')[1] ?? 0)
    const log = parts.slice(0, ++starts).flat()
    // As Docker does: the first one that is not older, and all after it.
    const first = log.findIndex(([at]) => at >= since)
    for (const [at, stream, text] of first < 0 ? [] : log.slice(first))
      response.write(frame(stream, `${stampOf(at)} ${text}`))
    response.end()
  })
  const lines: LogLine[] = []
  try {
    const onLine = (line: LogLine) => void lines.push(line)
    await followLog(engine.docker, 'user', {
      ...{ follow: true, tail: undefined, since: undefined, signal: stop.signal, onLine },
    })
    return lines.map(({ text }) => text)
  } finally {
    await engine.stop()
  }
}

test.each<[string, readonly (readonly Piece[])[], readonly string[]]>([
  [
    'a line that Docker cut, another stream between',
    [
      [
        [1, 'stdout', 'long '],
        [2, 'stderr', 'oops\n'],
        [3, 'stdout', 'line\n'],
      ],
    ],
    ['oops', 'long line'],
  ],
  [
    'several of one nanosecond',
    [
      [
        [5, 'stdout', 'a\n'],
        [5, 'stdout', 'b\n'],
        [5, 'stderr', 'c\n'],
      ],
    ],
    ['a', 'b', 'c'],
  ],
  [
    'after a restart only what is new',
    [
      [
        [1, 'stdout', 'a\n'],
        [2, 'stdout', 'b\n'],
        [2, 'stdout', 'c\n'],
      ],
      [
        [2, 'stdout', 'd\n'],
        [2, 'stderr', 'e\n'],
        [3, 'stdout', 'f\n'],
      ],
      [[4, 'stdout', 'g\n']],
    ],
    ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
  ],
  [
    'no piece of a long line again',
    [
      [
        [1, 'stdout', 'long '],
        [2, 'stderr', 'oops\n'],
        [3, 'stdout', 'line\n'],
        [2, 'stderr', 'late\n'],
      ],
      [[4, 'stderr', 'new\n']],
      [],
    ],
    ['oops', 'long line', 'late', 'new'],
  ],
])('of a log shows %s', async (_, parts, expected) => {
  expect(await shownOf(...parts)).toEqual(expected)
})
