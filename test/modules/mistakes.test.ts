import { describe, expect, it } from 'vitest'
import type { Resource } from '../../src/core/resource.ts'
import {
  artifact,
  command,
  container,
  directory,
  file,
  image,
  network,
  push,
  tree,
  volume,
  type ContainerOptions,
} from '../../src/index.ts'
import { app } from '../support/judge.ts'
import { told, untyped } from '../support/untyped.ts'

const tiny = image('tiny')

const fine: ContainerOptions<string, string> = { image: tiny }
const named = (over: Readonly<Record<string, unknown>>) => () => container(app, 'user', untyped(fine, over))
const jar = artifact('a.jar', { run: ['make'], inputs: ['**'], output: 'a.jar' })

describe('options that nobody type-checked', () => {
  it.each<[string, () => Resource, string]>([
    [
      'a misspelt one',
      named({ enviroment: { A: '1' } }),
      'app › container user: there is no option "enviroment" (known: image, command',
    ],
    [
      'one that is nearly right',
      named({ comand: ['x'] }),
      'there is no option "comand" (did you mean "command"?',
    ],
    ['needs in the wrong place', named({ needs: [] }), 'there is no option "needs"'],
    ['an image by name', named({ image: 'nginx' }), 'image: "nginx" is not an image (write image("…"))'],
    ['no image', named({ image: undefined }), 'image: undefined is not an image'],
    ['a command as a line', named({ command: 'sleep 9' }), 'command: "sleep 9" is not a list of words'],
    ['an entrypoint as a line', named({ entrypoint: 'sh' }), 'entrypoint: "sh" is not a list of words'],
    ['a hole in the environment', named({ env: { A: undefined } }), 'env.A: undefined is not a text'],
    ['nothing in the environment', named({ env: { A: null } }), 'env.A: null is not a text'],
    ['no number in the environment', named({ env: { A: NaN } }), 'env.A: NaN is not a text'],
    ['no number in the command', named({ command: ['x', 1 / 0] }), 'command[1]: Infinity is not a text'],
    ['an object in the environment', named({ env: { A: { b: 1 } } }), 'env.A: {"b":1} is not a text'],
    ['a label that is a list', named({ labels: { a: ['b'] } }), 'labels.a: ["b"] is not a text'],
    ['a network by name', named({ network: 'net' }), 'network: "net" is not a network'],
    ['a mount of nothing', named({ mounts: { '/a': undefined } }), 'mounts./a: undefined cannot be mounted'],
    [
      'an unknown restart policy',
      named({ restart: 'sometimes' }),
      'restart: "sometimes" is none of no, always',
    ],
    [
      'a port that is not there',
      () => {
        const other = container(app, 'other', { image: tiny, ports: { http: 80 }, publish: { http: 80 } })
        const places: Readonly<Record<string, { readonly url: unknown }>> = other.at
        return named({ env: { URL: places['htp']?.url } })()
      },
      'app › container other: it publishes no port "htp" (did you mean "http"?',
    ],
    [
      'a file without content',
      () => file(app, '/a', untyped({ content: '' }, { content: undefined })),
      'file /a: needs one of `content` and `from`',
    ],
    [
      'a file with two contents',
      () => file(app, '/a', untyped({ content: '' }, { from: './a' })),
      'needs one of `content` and `from`',
    ],
    [
      'a file with a number in it',
      () => file(app, '/a', untyped({ content: '' }, { content: 5 })),
      'content: 5 is not a text',
    ],
    [
      'a misspelt option of a file',
      () => file(app, '/a', untyped({ content: '' }, { onwer: 'core' })),
      'file /a: there is no option "onwer" (did you mean "owner"?',
    ],
    [
      'a misspelt option of a directory',
      () => directory(app, '/a', untyped({}, { mod: 1 })),
      'did you mean "mode"?',
    ],
    [
      'a misspelt option of a tree',
      () => tree(app, '/a', untyped({ from: '.' }, { exlude: [] })),
      'did you mean "exclude"?',
    ],
    [
      'a misspelt option of a push',
      () => push(app, jar, untyped({ to: '/a' }, { goup: 'x' })),
      'did you mean "group"?',
    ],
    [
      'a misspelt option of a command',
      () => command(app, 'c', untyped({ run: ['x'], creates: '/x' }, { timout: '5m' })),
      'did you mean "timeout"?',
    ],
    [
      'a command as one text',
      () => command(app, 'c', untyped({ run: ['x'], creates: '/x' }, { run: 'make all' })),
      'run: "make all" is not a list of words',
    ],
    [
      'a misspelt option of a network',
      () => network(app, 'net', untyped({}, { subnt: 'x' })),
      'did you mean "subnet"?',
    ],
    [
      'a misspelt option of a volume',
      () => volume(app, 'vol', untyped({}, { drivr: 'x' })),
      'did you mean "driver"?',
    ],
    [
      'a misspelt option of an image',
      () => container(app, 'user', { image: image('x', untyped({}, { biuld: '.' })) }),
      'image x: there is no option "biuld" (did you mean "build"?',
    ],
    [
      'a misspelt option of an artifact',
      () =>
        push(app, artifact('b', untyped({ run: ['x'], inputs: ['x'], output: 'x' }, { input: 'x' })), {
          to: '/b',
        }),
      'artifact b: there is no option "input" (did you mean "inputs"?',
    ],
    [
      'a mode in decimal',
      () => file(app, '/a', { content: '', mode: 644 }),
      'mode: 644 is not a mode (write it like 0o644)',
    ],
    [
      'another mode in decimal',
      () => directory(app, '/a', { mode: 755 }),
      'mode: 755 is not a mode (write it like 0o755)',
    ],
    ...[400, 440, 444, 500].map((mode): [string, () => Resource, string] => [
      `mode ${mode} in decimal, which could be one`,
      () => file(app, '/a', { content: '', mode }),
      `mode: ${mode} is not a mode (write it like 0o${mode})`,
    ]),
    [
      'a mode in a text',
      () => file(app, '/a', untyped({ content: '' }, { mode: '644' })),
      'mode: "644" is not a mode',
    ],
    [
      'a mode that is no number',
      () => file(app, '/a', { content: '', mode: NaN }),
      'mode: NaN is not a mode (write it like 0o644)',
    ],
    [
      'CPUs in a text',
      named({ cpus: '2' }),
      'app › container user: cpus: "2" is not a number of CPUs (0.01 or more, like 1.5)',
    ],
    ['memory that is no number', named({ memory: NaN }), 'memory: NaN is not an amount of memory (write it'],
    ['a time that is no number', named({ stopTimeout: NaN }), 'stopTimeout: NaN is not a length of time'],
    [
      'a status in a text',
      named({ ports: { http: 80 }, ready: { http: '/', port: 'http', status: '204' } }),
      'ready.status: "204" is not an HTTP status (a whole number from 100 to 599)',
    ],
  ])('%s', (_, declare, message) => {
    expect(told(declare)).toContain(message)
    expect(told(declare)).toMatch(/^playbook: .*\)$/)
  })

  it.each([0o400, 0o444, 0o600, 0o644, 0o755, 0o777, 0o1777, 0o2755, 0o4755, 0o1000])(
    'mode %i is fine',
    (mode) => {
      expect(told(() => file(app, '/a', { content: '', mode }))).toBe('fine')
    },
  )
})
