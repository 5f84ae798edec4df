import { expect, it } from 'vitest'
import { logPrinter, type PrinterOptions } from '../../../src/cli/logs/log-printer.ts'
import { coloured, uncoloured } from '../../../src/report/style.ts'

const at = (second: number, text: string) => ({
  time: `2026-01-31T12:00:0${second}.000000000Z`,
  stream: 'stdout' as const,
  text,
})

function printer(options: Partial<PrinterOptions> = {}) {
  const lines: string[] = []
  const print = (text: string) => void lines.push(text)
  const made = logPrinter({
    labels: ['user', 'web'],
    form: 'plain',
    style: uncoloured,
    print,
    ...options,
  })
  return { ...made, lines }
}

it('merges lines of several containers by their times, with names in one column', async () => {
  const { add, end, lines } = printer()
  void add('user', at(1, 'one'))
  void add('user', at(3, 'three'))
  void add('web', at(2, 'two'))
  await end()
  expect(lines).toEqual(['user │ one', 'web  │ two', 'user │ three'])
})

it('keeps the order of lines of one time', async () => {
  const { add, end, lines } = printer()
  for (const text of ['a', 'b', 'c']) void add('user', at(1, text))
  await end()
  expect(lines.map((line) => line.at(-1))).toEqual(['a', 'b', 'c'])
})

it('prints what came without waiting for an end', async () => {
  const printed = new Promise<string>((resolve) => {
    void printer({ print: resolve }).add('web', at(1, 'hello'))
  })
  expect(await printed).toBe('web  │ hello')
})

it('shows times when asked for, and lets no line move the cursor', async () => {
  const { add, end, lines } = printer({ form: 'timed' })
  void add('web', at(1, '\u001b[2Jcleared\u0007'))
  await end()
  expect(lines).toEqual(['web  │ 2026-01-31T12:00:01.000000000Z cleared'])
})

it('gives each container a colour of its own', async () => {
  const { add, end, lines } = printer({ style: coloured })
  void add('user', at(1, 'a'))
  void add('web', at(2, 'b'))
  await end()
  const colours = lines.map((line) => line.slice(0, line.indexOf('m')))
  expect(new Set(colours).size).toBe(2)
})

it('waits for whoever prints', async () => {
  let room: () => void = () => undefined
  const lines: string[] = []
  const { add, end } = printer({
    print: (text) => {
      lines.push(text)
      return new Promise<void>((resolve) => (room = resolve))
    },
  })
  void add('user', at(1, 'a'))
  void add('user', at(2, 'b'))
  const ended = end()
  await new Promise(setImmediate)
  expect(lines).toHaveLength(1)
  room()
  await new Promise(setImmediate)
  room()
  await ended
  expect(lines).toHaveLength(2)
})
