import { describe, expect, it } from 'vitest'
import { defineBox, isBox } from '../../../src/core/box.ts'
import { endpointOf, type Endpoints } from '../../../src/core/endpoint.ts'
import { definePlaybook, isPlaybook } from '../../../src/core/playbook/index.ts'
import type { Resource } from '../../../src/core/resource.ts'
import { thing } from '../../support/resource.ts'

const box = defineBox({ name: 'coreos', build: '.' })
const run = { log: () => undefined, signal: new AbortController().signal }
/** Where each resource answers: at a port by its name. */
const reach = ({ name }: Resource): Endpoints<string> => ({
  http: endpointOf('http', name, { port: 80, protocol: 'tcp' }),
})

describe('a playbook', () => {
  it('gives its hosts and params to what declares the resources, once a run', () => {
    const seen: unknown[] = []
    const playbook = definePlaybook({
      name: 'shop',
      box,
      hosts: ['web', 'app'],
      params: { heap: { type: 'int', default: 64 } },
      resources: ({ hosts, params }) => {
        seen.push(
          Object.values(hosts).map(({ name }) => name),
          params,
        )
        return []
      },
    })
    expect(seen).toEqual([])
    playbook.declare({ heap: '128' }, {})
    expect(seen).toEqual([['web', 'app'], { heap: 128 }])
    expect(playbook).toMatchObject({ name: 'shop', box, hosts: ['web', 'app'] })
  })

  const [a, b, c] = [thing('web', 'a'), thing('web', 'b'), thing('web', 'c')]
  it.each<
    [
      string,
      readonly (Resource | readonly Resource[])[] | Readonly<Record<string, Resource | readonly Resource[]>>,
    ]
  >([
    ['a list', [a, b, c]],
    ['lists in a list', [a, [b, c]]],
    ['names', { a, b, c }],
    ['lists under names', { a, rest: [b, c] }],
  ])('takes its resources in %s', (_, set) => {
    const playbook = definePlaybook({ name: 'shop', box, hosts: ['web'], resources: () => set })
    expect(playbook.declare({}, {}).resources).toEqual([a, b, c])
  })

  it('tells what runs after it where its resources answer, under the same names', async () => {
    let told: unknown
    const playbook = definePlaybook({
      name: 'shop',
      box,
      hosts: ['web'],
      resources: () => ({ a, rest: [b, c] }),
      after: async (reached) => {
        await Promise.resolve()
        told = reached
      },
    })
    await playbook.declare({}, {}).after?.(reach, run)
    expect(told).toEqual({ a: reach(a), rest: [reach(b), reach(c)] })
  })

  it('tells what runs after it the params of the run, and the text of a secret only where that is asked for', async () => {
    let told: unknown
    const playbook = definePlaybook({
      name: 'shop',
      box,
      hosts: ['web'],
      params: { heap: { type: 'int', default: 64 }, key: { type: 'secret', env: 'KEY' } },
      resources: () => [],
      after: (_, { params, reveal, log }) => {
        told = [params.heap, String(params.key), JSON.stringify(params), reveal(params.key), log]
      },
    })
    await playbook.declare({ heap: '7' }, { KEY: 'k1' }).after?.(reach, run)
    expect(told).toEqual([7, '[secret]', '{"heap":7,"key":"[secret]"}', 'k1', run.log])
  })

  it('may end with a function that is not async, and what that throws is awaited as well', async () => {
    const shop = { name: 'shop', box, hosts: ['web'], resources: () => ({ a }) }
    const told: unknown[] = []
    const quiet = definePlaybook({ ...shop, after: (reached) => void told.push(reached) }).declare({}, {})
    await expect(quiet.after?.(reach, run)).resolves.toBeUndefined()
    expect(told).toEqual([{ a: reach(a) }])
    const after = () => {
      throw new Error('on purpose')
    }
    const loud = definePlaybook({ ...shop, after }).declare({}, {})
    await expect(loud.after?.(reach, run)).rejects.toThrow('on purpose')
  })

  it('need not do anything after it', () => {
    expect(
      definePlaybook({ name: 'shop', box, hosts: [], resources: () => [] }).declare({}, {}).after,
    ).toBeUndefined()
  })

  it.each<[string, Record<string, string>, RegExp]>([
    ['a param that it does not have', { heap: '1' }, /--param heap: the playbook has no such param/],
  ])('refuses %s', (_, given, message) => {
    const playbook = definePlaybook({ name: 'shop', box, hosts: [], resources: () => [] })
    expect(() => playbook.declare(given, {})).toThrow(message)
  })

  it('is told apart from anything else', () => {
    const playbook = definePlaybook({ name: 'shop', box, hosts: [], resources: () => [] })
    expect([playbook, box, {}, null, 'x'].map(isPlaybook)).toEqual([true, false, false, false, false])
    expect([box, playbook, {}, null, 'x'].map(isBox)).toEqual([true, false, false, false, false])
  })
})

it('a box has a user and images of its own', () => {
  expect(box).toMatchObject({ name: 'coreos', user: 'core', images: [] })
})
