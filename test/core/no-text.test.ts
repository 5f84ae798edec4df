import { expect, it } from 'vitest'
import { definePlaybook } from '../../src/core/playbook/index.ts'
import { defineBox } from '../../src/core/box.ts'
import { artifact, container, directory, image } from '../../src/index.ts'
import { app } from '../support/judge.ts'

const jre = image('jre')
const store = container(app, 'store', { image: jre, ports: { http: 80 }, publish: { http: 80 } })
const folder = directory(app, '/srv')
const jar = artifact('a.jar', { run: ['make'], inputs: ['**'], output: 'a.jar' })

/** What a playbook's `resources` is called with. */
const topology = (): Readonly<Record<'hosts' | 'params', object>> => {
  let seen: Readonly<Record<'hosts' | 'params', object>> | undefined
  definePlaybook({
    name: 'shop',
    box: defineBox({ name: 'coreos', build: '.' }),
    hosts: ['app'],
    params: { heap: { type: 'int', default: 1 } },
    resources: (given) => {
      seen = given
      return []
    },
  }).declare({}, {})
  if (!seen) throw new Error('it was not called')
  return seen
}

it.each<[string, object, string]>([
  ['a host', app, 'host app'],
  ['all hosts', topology().hosts, 'the record of all hosts'],
  ['all params', topology().params, 'the record of all params'],
  ['an artifact', jar, 'artifact a.jar'],
  ['an image', jre, 'image jre'],
  ['a resource', folder, 'app › directory /srv'],
  ['a container', store, 'app › container store'],
  ['its ports', store.at, 'all ports of app › container store'],
  ['one of its ports', store.at.http, 'app/store.at.http'],
])('%s is refused in a plain text', (_, value, what) => {
  const refused = { code: 'playbook', message: `${what} is no text, and cannot be put into one` }
  // As a playbook does that no compiler has looked at.
  const unknown: unknown = value
  for (const write of [() => `x ${String(unknown)}`, () => Reflect.apply(String, undefined, [[value]])])
    expect(write).toThrow(expect.objectContaining(refused))
  // A copy is somebody's own.
  expect(Object.getOwnPropertySymbols({ ...value })).not.toContain(Symbol.toPrimitive)
})
