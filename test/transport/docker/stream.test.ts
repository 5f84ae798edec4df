import { expect, test } from 'vitest'
import { readLog, type LogLine } from '../../../src/transport/docker/logs.ts'
import { demultiplex, unframed } from '../../../src/transport/docker/stream.ts'

function frame(stream: 1 | 2, text: string): Buffer {
  const data = Buffer.from(text)
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(data.length, 4)
  return Buffer.concat([header, data])
}

const pieces = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))

async function* chunksOf(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield await Promise.resolve(chunk)
}

const two = Buffer.concat([frame(1, 'wörd\n'), frame(2, ''), frame(2, 'bad\n'), frame(1, 'end')])

test.each([1, 2, 3, 7, 8, 9, 1000])('frames in chunks of %i bytes', async (size) => {
  const got: [string, string][] = []
  for await (const { stream, data } of demultiplex(chunksOf(pieces(two, size))))
    got.push([stream, data.toString()])
  expect(got).toEqual([
    ['stdout', 'wörd\n'],
    ['stderr', ''],
    ['stderr', 'bad\n'],
    ['stdout', 'end'],
  ])
})

const at = (second: number) => `2026-01-02T03:04:0${second}.123456789Z`

async function linesOf(frames: Parameters<typeof readLog>[0]): Promise<LogLine[]> {
  const lines: LogLine[] = []
  await readLog(frames, (line) => void lines.push(line))
  return lines
}

test.each<[string, Buffer[], LogLine[]]>([
  [
    'lines of both streams with their times',
    [frame(1, `${at(1)} one\n`), frame(2, `${at(2)} two\n`)],
    [
      { time: at(1), stream: 'stdout', text: 'one' },
      { time: at(2), stream: 'stderr', text: 'two' },
    ],
  ],
  [
    'a line that Docker cut, another stream between',
    [frame(1, `${at(1)} half `), frame(2, `${at(2)} x\n`), frame(1, `${at(3)} whole\n`)],
    [
      { time: at(2), stream: 'stderr', text: 'x' },
      { time: at(1), stream: 'stdout', text: 'half whole' },
    ],
  ],
  [
    'a last line that is not ended',
    [frame(1, `${at(1)} end`)],
    [{ time: at(1), stream: 'stdout', text: 'end' }],
  ],
  ['an empty line', [frame(1, `${at(1)} \n`)], [{ time: at(1), stream: 'stdout', text: '' }]],
  [
    'text that looks like a time',
    [frame(1, `${at(1)} ${at(2)} x\n`)],
    [{ time: at(1), stream: 'stdout', text: `${at(2)} x` }],
  ],
])('log: %s', async (_, frames, expected) => {
  for (const size of [1, 5, 1000]) {
    const stream = demultiplex(chunksOf(pieces(Buffer.concat(frames), size)))
    expect(await linesOf(stream)).toEqual(expected)
  }
})

test('log of a container with a terminal, in chunks that end anywhere', async () => {
  const bytes = Buffer.from(`${at(1)} eins\r\n${at(2)} zwölf\r\n`)
  for (const size of [1, 10, 1000]) {
    expect(await linesOf(unframed(chunksOf(pieces(bytes, size))))).toEqual([
      { time: at(1), stream: 'stdout', text: 'eins' },
      { time: at(2), stream: 'stdout', text: 'zwölf' },
    ])
  }
})

test('the next line waits until the one before is dealt with', async () => {
  let busy = 0
  let most = 0
  await readLog(demultiplex(chunksOf([frame(1, 'a\nb\nc\n')])), async () => {
    most = Math.max(most, ++busy)
    await new Promise((resolve) => setTimeout(resolve, 1))
    busy--
  })
  expect(most).toBe(1)
})
