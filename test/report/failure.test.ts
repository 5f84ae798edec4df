import { describe, expect, it } from 'vitest'
import { ProvisionError } from '../../src/core/error.ts'
import { failureOf, failureText, placesIn, type Place } from '../../src/report/failure.ts'
import { uncoloured } from '../../src/report/style.ts'

const blame = { ownDir: '/opt/provision/dist', verbose: false, written: (place: Place) => place }
const thrownAt = (...lines: readonly string[]) => {
  const error = new TypeError("Cannot read properties of undefined (reading 'name')\nmore")
  error.stack = [`TypeError: ${error.message}`, ...lines.map((line) => `    at ${line}`)].join('\n')
  return error
}
const fileError = (message: string, code: string) =>
  Object.assign(new Error(message), { stack: `Error: ${message}`, code, syscall: 'open', path: '/p' })

describe('failureOf', () => {
  it.each([
    [
      'an error for users as it is',
      new ProvisionError('ready', 'app › container user: not ready', { output: 'log', help: 'look' }),
      { code: 'ready', message: 'app › container user: not ready', output: 'log', help: 'look' },
    ],
    [
      'one thrown in the playbook, with its place',
      thrownAt('resources (/home/me/playbooks/a/playbook.ts:12:7)', 'declare (/opt/provision/dist/x.js:1:1)'),
      {
        code: 'playbook',
        message: "Cannot read properties of undefined (reading 'name')",
        place: '/home/me/playbooks/a/playbook.ts:12:7',
      },
    ],
    [
      'one for users that the playbook called forth, with its place',
      Object.assign(new ProvisionError('playbook', 'the playbook has no host "wbe"'), {
        stack: 'Error\n    at get (/opt/provision/dist/s.js:3:1)\n    at r (/home/me/p/playbook.ts:4:9)',
      }),
      { code: 'playbook', message: 'the playbook has no host "wbe"', place: '/home/me/p/playbook.ts:4:9' },
    ],
    [
      'one thrown in our code that the playbook called wrongly',
      thrownAt('container (/opt/provision/dist/c.js:3:1)', 'file:///home/me/p/playbook.ts:4:9'),
      {
        code: 'playbook',
        message: "Cannot read properties of undefined (reading 'name')",
        place: '/home/me/p/playbook.ts:4:9',
      },
    ],
    [
      'one of our own as a bug',
      thrownAt(
        'f (/opt/provision/dist/c.js:3:1)',
        'g (/x/node_modules/dockerode/lib/a.js:1:1)',
        'node:internal/x:1:1',
      ),
      {
        code: 'bug',
        message: "Cannot read properties of undefined (reading 'name')",
        help: 'this is a bug of provision: please report it, with what --verbose shows',
      },
    ],
    [
      'a folder that is none, where our own code reads one',
      fileError('ENOTDIR: not a directory, scandir /p/journal', 'ENOTDIR'),
      {
        code: 'state',
        message: 'ENOTDIR: not a directory, scandir /p/journal',
        help: 'see to what it names, then run the same again: what is done already is not done twice',
      },
    ],
    [
      'too few file descriptors',
      fileError('EMFILE: too many open files, open /p/x.js', 'EMFILE'),
      {
        code: 'state',
        message: 'EMFILE: too many open files, open /p/x.js',
        help: 'let more files be open at once: ulimit -n 1024',
      },
    ],
    [
      'what is no error at all',
      'just a text',
      {
        code: 'playbook',
        message: "the playbook threw 'just a text', which is no error",
        help: 'throw an Error: it also tells where',
      },
    ],
  ])('tells %s', (_, error, failure) => expect(failureOf(error, blame)).toEqual(failure))

  it('shows the stack of a bug only when asked for', () => {
    const error = thrownAt('f (/opt/provision/dist/c.js:3:1)')
    expect(failureOf(error, blame).output).toBeUndefined()
    expect(failureOf(error, { ...blame, verbose: true }).output).toContain('c.js:3:1')
  })

  it('shows the cause of an error for users only when asked for', () => {
    const error = new ProvisionError('host', 'web: gone', { output: 'end', cause: thrownAt('x (/a.ts:1:2)') })
    expect(failureOf(error, blame).output).toBe('end')
    expect(failureOf(error, { ...blame, verbose: true }).output).toMatch(/^end\nTypeError/)
  })
})

it('placesIn reads paths with spaces, URLs and calls without a name', () => {
  const stack = [
    'Error: x',
    '    at async f (/a b/c.ts:1:2)',
    '    at file:///d%20e/f.ts:3:4',
    '    at node:fs:1:1',
  ]
  expect(placesIn(stack.join('\n'))).toEqual([
    { file: '/a b/c.ts', line: 1, column: 2 },
    { file: '/d e/f.ts', line: 3, column: 4 },
  ])
})

describe('failureText', () => {
  it('shows each line of the help below the first', () => {
    const failure = {
      code: 'conflict',
      message: '2 things stand in the way',
      help: 'move a\nremove b',
    } as const
    expect(failureText(failure, uncoloured)).toBe('✖ 2 things stand in the way\nhelp: move a\n      remove b')
  })

  it('shows message, indented output and help', () => {
    const failure = {
      code: 'ready' as const,
      message: 'app › container user: not ready after 30 s',
      output: '\u001b[31mGET /health\u001b[0m: refused\n\nlast line\n',
      help: 'provision logs user',
    }
    expect(failureText(failure, uncoloured)).toBe(
      '✖ app › container user: not ready after 30 s\n  GET /health: refused\n\n  last line\nhelp: provision logs user',
    )
  })
  it('shows before the message where in the playbook it began', () => {
    const failure = { code: 'playbook', message: 'x is undefined', place: '/a/playbook.ts:3:1' } as const
    expect(failureText(failure, uncoloured)).toBe('✖ /a/playbook.ts:3:1: x is undefined')
  })
  it('keeps further lines of a message below the first', () => {
    expect(failureText({ code: 'playbook', message: 'a cycle:\nx → y → x' }, uncoloured)).toBe(
      '✖ a cycle:\n  x → y → x',
    )
  })
})
