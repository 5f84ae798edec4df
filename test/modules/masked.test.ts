import { expect, it } from 'vitest'
import type { Resource } from '../../src/core/resource.ts'
import {
  artifact,
  command,
  container,
  file,
  image,
  push,
  secret,
  text,
  type ContainerOptions,
} from '../../src/index.ts'
import { app } from '../support/judge.ts'
import { told, untyped } from '../support/untyped.ts'

const password = secret('abcdefg')
/** What a template without `text` makes of a secret. */
const masked = `pw=${String(password)}`
const tiny = image('tiny')
const fine: ContainerOptions<string, string> = { image: tiny }
const named = (over: Readonly<Record<string, unknown>>) => () => container(app, 'user', untyped(fine, over))
const built = { run: ['make'], inputs: ['**'], output: 'a' }

it.each<[string, () => Resource, string]>([
  ['a file', () => file(app, '/x/pw', { content: masked }), 'app › file /x/pw: content: '],
  [
    'a file of JSON',
    () => file(app, '/x/pw', { content: JSON.stringify({ password }) }),
    'app › file /x/pw: content: ',
  ],
  ['the path of a file', () => file(app, `/x/${masked}`, { content: '' }), 'its name or path '],
  ['a variable', named({ env: { A: 'x', B: masked } }), 'app › container user: env.B: '],
  ['an argument', named({ command: ['x', masked] }), 'app › container user: command[1]: '],
  ['a label', named({ labels: { a: masked } }), 'app › container user: labels.a: '],
  [
    'a variable of a command',
    () => command(app, 'c', { run: ['x'], creates: '/x', env: { A: masked } }),
    'app › command c: env.A: ',
  ],
  [
    'an argument of a build',
    () => container(app, 'user', { image: image('x', { build: '.', args: { A: masked } }) }),
    'image "x": args.A: ',
  ],
  [
    'a variable of a build',
    () => push(app, artifact('a', { ...built, env: { A: masked } }), { to: '/a' }),
    'artifact a: env.A: ',
  ],
])('a secret that a plain template has made unreadable is refused in %s', (_, declare, where) => {
  expect(told(declare)).toContain(`${where}holds "[secret]", what a secret shows in its place`)
  expect(told(declare)).toMatch(/^playbook: .*text`.*\)$/)
})

it.each<[string, () => Resource]>([
  ['a secret itself', () => file(app, '/x/pw', { content: password })],
  ['a secret in a text', () => file(app, '/x/pw', { content: text`pw=${password}` })],
  ['the same characters that somebody wants', () => file(app, '/x', { content: text`[secret]\na=1` })],
  ['a file from here, whatever is in it', () => file(app, '/x', { from: './x' })],
])('but %s is fine', (_, declare) => {
  expect(told(declare)).toBe('fine')
})
