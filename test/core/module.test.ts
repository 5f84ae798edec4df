import { describe, expect, it } from 'vitest'
import { createClaims, heldPortClaim, portClaim } from '../../src/core/graph/claim.ts'
import { endpointOf } from '../../src/core/endpoint.ts'
import type { Facts } from '../../src/core/facts.ts'
import { hostNamed } from '../../src/core/host.ts'
import { defineModule } from '../../src/core/module.ts'
import { ref, type Value } from '../../src/core/ref.ts'
import { resourceId, resourceTitle } from '../../src/core/resource.ts'
import { secret, type Text } from '../../src/core/secret/index.ts'
import { thing } from '../support/resource.ts'

const facts: Facts = {
  scope: { playbook: 'shop', environment: 'shop-docker' },
  hosts: new Map(),
  built: new Map(),
  images: new Map(),
  paths: new Map(),
}
const app = hostNamed('app')

interface Props {
  readonly wanted: Value<Text>
  readonly others: readonly string[]
}

const declare = defineModule({
  kind: 'sample',
  probe: ({ others }: { readonly others: readonly string[] }) => ({
    one: { ask: 'read', path: '/one' } as const,
    many: others.map((path) => ({ ask: 'stat', path }) as const),
    last: { ask: 'command', argv: ['last'] } as const,
  }),
  validate: ({ others }: Props) => (others.includes('bad') ? 'bad' : undefined),
  parse: ({ one, many, last }) =>
    `${typeof one === 'string' ? one : 'nothing'} ${many.map((stat) => stat?.type).join('+')} ${last.code}`,
  diff: ({ others }, state) => (others.length > 1 ? [{ field: 'x', from: state, to: 'y' }] : []),
  remedy: (_, changes) => ({
    operation: 'update',
    actions: [{ do: 'run', argv: [changes[0]?.from ?? ''], cwd: undefined, env: {}, timeout: 1 }],
  }),
})

const stat = {
  type: 'file',
  mode: 0,
  owner: '',
  ownerId: '',
  group: '',
  groupId: '',
  size: 0,
  digest: undefined,
} as const
const command = { code: 3, output: '' }
const nothing = { placed: () => new Set<string>(), inside: new Map() }

describe('a resource of a module', () => {
  it('gives each answer the name of its question', () => {
    const bound = declare(app, 'a', { wanted: '', others: ['/x', '/y'] }).bind(facts)
    expect(bound.probes.map(({ ask }) => ask)).toEqual(['read', 'stat', 'stat', 'command'])
    expect(bound.judge(['text', stat, undefined, command], nothing)).toEqual({
      changes: [{ field: 'x', from: 'text file+ 3', to: 'y' }],
      remedy: {
        operation: 'update',
        actions: [{ do: 'run', argv: ['text file+ 3'], cwd: undefined, env: {}, timeout: 1 }],
      },
    })
  })

  it('has no remedy when nothing differs', () => {
    const bound = declare(app, 'a', { wanted: '', others: [] }).bind(facts)
    expect(bound.judge(['text', command], nothing)).toEqual({ changes: [], remedy: undefined })
  })

  it.each([[[]], [['text']], [['text', command, command]]])(
    'takes no other number of answers: %j',
    (answers) => {
      const bound = declare(app, 'a', { wanted: '', others: [] }).bind(facts)
      expect(() => bound.judge(answers, nothing)).toThrow(/answers came for 2 questions/)
    },
  )

  it('knows the secrets in what it refers to', () => {
    const password = secret('p')
    const late = ref({ label: 'late' }, () => password)
    expect(declare(app, 'a', { wanted: late, others: [] }).bind(facts).secrets).toEqual([password])
  })

  it('says what is wrong with it before any host is asked', () => {
    expect(declare(app, 'a', { wanted: '', others: ['bad'] }).problem).toBe('bad')
    expect(declare(app, 'a', { wanted: '', others: [] }).problem).toBeUndefined()
  })

  it('needs what its values come from, and what it is told to, each once', () => {
    const [one, two] = [thing('app', 'one'), thing('app', 'two')]
    const wanted = ref({ label: 'one', needs: [one] }, () => 'x')
    const needsOf = (needs: readonly (typeof one)[] | (() => readonly (typeof one)[])) =>
      declare(app, 'a', { wanted, others: [] }, { needs }).needs()
    expect(needsOf([two, one])).toEqual([one, two])
    expect(needsOf(() => [two])).toEqual([one, two])
    expect(declare(app, 'a', { wanted: '', others: [] }).needs()).toEqual([])
  })

  it('looks at lazy needs only when asked, so that two can name each other', () => {
    const first: ReturnType<typeof declare> = declare(
      app,
      'a',
      { wanted: '', others: [] },
      { needs: () => [second] },
    )
    const second = declare(app, 'b', { wanted: '', others: [] }, { needs: [first] })
    expect(first.needs()).toEqual([second])
  })

  it('has an id and a title', () => {
    const made = declare(app, 'a', { wanted: '', others: [] })
    expect(resourceId(made)).toBe('app/sample/a')
    expect(resourceTitle(made)).toBe('app › sample a')
  })
})

describe('claims', () => {
  const port = (port: number, address = '0.0.0.0', protocol: 'tcp' | 'udp' = 'tcp') =>
    portClaim({ port, protocol, address })
  it.each<[string, string, boolean]>([
    [port(80), port(80), true],
    [port(80), port(80, '127.0.0.1'), true],
    [port(80, '127.0.0.1'), port(80, '127.0.0.1'), true],
    [port(80, '127.0.0.1'), port(80, '10.0.0.1'), false],
    [port(80), port(80, '::'), true],
    [port(80, '::'), port(80, '::1'), true],
    [port(80, '::1'), port(80, '::2'), false],
    [heldPortClaim(':::80/tcp'), port(80, '::1'), true],
    [heldPortClaim('::1:80/tcp'), port(80, '::1'), true],
    [port(80), port(8080), false],
    [port(80), port(80, '0.0.0.0', 'udp'), false],
    ['path /a', 'path /a', true],
    ['path /a', 'path /a on b', false],
  ])('%s and %s clash: %s', (a, b, expected) => {
    for (const [first, second] of [
      [a, b],
      [b, a],
    ] as const) {
      const take = createClaims<string>()
      expect(take('web', first, 'first')).toBeUndefined()
      expect(take('app', second, 'elsewhere')).toBeUndefined()
      expect(take('web', second, 'second')).toBe(expected ? 'first' : undefined)
    }
  })
})

it.each([
  ['http', '10.0.0.5', 80, 'http://10.0.0.5:80'],
  ['https', '10.0.0.5', 443, 'https://10.0.0.5:443'],
  ['http2', '10.0.0.5', 80, 'http://10.0.0.5:80'],
  ['amqp', '10.0.0.5', 5672, 'tcp://10.0.0.5:5672'],
  ['http', 'fd00::1', 80, 'http://[fd00::1]:80'],
])('the endpoint %s at %s:%i is %s', (name, host, port, url) => {
  expect(endpointOf(name, host, { port, protocol: 'tcp' })).toEqual({ host, port, url })
})
