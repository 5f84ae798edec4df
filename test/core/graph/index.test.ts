import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProvisionError } from '../../../src/core/error.ts'
import { graphOf } from '../../../src/core/graph/index.ts'
import type { Resource } from '../../../src/core/resource.ts'
import { thing } from '../../support/resource.ts'

const ids = (listed: readonly Resource[]) => graphOf(listed, ['web', 'app']).resources.map(({ id }) => id)

describe('the order of resources', () => {
  const a = thing('web', 'a')
  const b = thing('web', 'b', { needs: [a] })
  const c = thing('app', 'c', { needs: [b, a] })
  it.each<[string, Resource[], string[]]>([
    ['nothing', [], []],
    [
      'as listed when nothing says otherwise',
      [thing('web', 'y'), thing('web', 'x')],
      ['web/thing/y', 'web/thing/x'],
    ],
    ['what is needed comes first', [c, b, a], ['web/thing/a', 'web/thing/b', 'app/thing/c']],
    ['what is needed need not be listed', [c], ['web/thing/a', 'web/thing/b', 'app/thing/c']],
    ['listing twice is listing once', [a, a], ['web/thing/a']],
  ])('%s', (_, listed, expected) => expect(ids(listed)).toEqual(expected))
})

describe('what is refused before a host is touched', () => {
  const self: Resource = thing('web', 'self', { needs: () => [self] })
  const ring: Resource = thing('web', 'one', { needs: () => [thing('web', 'two', { needs: () => [ring] })] })
  it.each<[string, Resource[], RegExp, RegExp]>([
    [
      'an unknown host',
      [thing('wbe', 'a')],
      /wbe › thing a: the playbook has no host "wbe"/,
      /did you mean "web"/,
    ],
    [
      'a broken rule',
      [thing('web', 'a', { problem: 'port 99999 is none' })],
      /web › thing a: port 99999 is none/,
      /playbook/,
    ],
    [
      'two resources with one id',
      [thing('web', 'a'), thing('web', 'a')],
      /web › thing a is declared twice/,
      /another name/,
    ],
    ['a resource that needs itself', [self], /web\/thing\/self → web\/thing\/self/, /references/],
    ['a cycle', [ring], /web\/thing\/one → web\/thing\/two → web\/thing\/one/, /references/],
    [
      'one port twice',
      [thing('web', 'a', { claims: ['port 80/tcp'] }), thing('web', 'b', { claims: ['port 80/tcp'] })],
      /web › thing b: port 80\/tcp is already taken by thing a/,
      /another host/,
    ],
    [
      'a port on one address and on all',
      [
        thing('web', 'a', { claims: ['port 80/tcp'] }),
        thing('web', 'b', { claims: ['port 80/tcp on 127.0.0.1'] }),
      ],
      /port 80\/tcp on 127.0.0.1 is already taken by thing a/,
      /another host/,
    ],
    [
      'a subnet within another',
      [
        thing('web', 'a', { claims: ['subnet 10.7.0.0/16'] }),
        thing('web', 'b', { claims: ['subnet 10.7.9.0/24'] }),
      ],
      /web › thing b: subnet 10\.7\.9\.0\/24 is already taken by thing a/,
      /another host/,
    ],
  ])('%s', (_, listed, message, help) => {
    const error = (() => {
      try {
        return ids(listed)
      } catch (caught) {
        return caught
      }
    })()
    expect(error).toBeInstanceOf(ProvisionError)
    const {
      code,
      message: said,
      help: advice,
    } = error instanceof ProvisionError ? error : new ProvisionError('host', '')
    expect([code, said, advice ?? '']).toEqual(['playbook', said, advice])
    expect(said).toMatch(message)
    expect(advice).toMatch(help)
  })

  it('whatever clashes with the first that has taken it, among many', () => {
    const port = fc.constantFrom('port 80/tcp', 'port 80/udp', 'port 8080/tcp', 'path /a', 'path /a on b')
    const address = fc.constantFrom('', ' on 10.0.0.1', ' on 10.0.0.2', ' on ::1')
    const claim = fc.tuple(port, address).map(([one, at]) => (one.startsWith('port') ? one + at : one))
    const one = fc.record({ host: fc.constantFrom('web', 'app'), claims: fc.array(claim, { maxLength: 3 }) })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), (all) => {
        const listed = all.map(({ host, claims }, i) => thing(host, `t${i}`, { claims }))
        expect(messageOf(() => ids(listed))).toBe(firstClash(listed))
      }),
      { numRuns: 500 },
    )
  })

  it.each<[string, Resource[]]>([
    [
      'one port on two hosts',
      [thing('web', 'a', { claims: ['port 80/tcp'] }), thing('app', 'a', { claims: ['port 80/tcp'] })],
    ],
    [
      'ports that begin alike',
      [thing('web', 'a', { claims: ['port 80/tcp'] }), thing('web', 'b', { claims: ['port 8080/tcp'] })],
    ],
    [
      'one port on two addresses',
      [
        thing('web', 'a', { claims: ['port 80/tcp on 10.0.0.1'] }),
        thing('web', 'b', { claims: ['port 80/tcp on 10.0.0.2'] }),
      ],
    ],
    [
      'subnets beside each other',
      [
        thing('web', 'a', { claims: ['subnet 10.7.0.0/24'] }),
        thing('web', 'b', { claims: ['subnet 10.7.1.0/24'] }),
      ],
    ],
    [
      'a subnet on two hosts',
      [
        thing('web', 'a', { claims: ['subnet 10.7.0.0/24'] }),
        thing('app', 'b', { claims: ['subnet 10.7.0.0/24'] }),
      ],
    ],
  ])('but %s is fine', (_, listed) => expect(ids(listed)).toHaveLength(listed.length))
})

const messageOf = (work: () => unknown): string | undefined => {
  try {
    work()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** A port on all addresses clashes with it on any. */
function claimsClash(a: string, b: string): boolean {
  if (a === b) return true
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a]
  return shorter.startsWith('port ') && longer.startsWith(`${shorter} on `)
}

/** Each claim compared with each before it. */
function firstClash(listed: readonly Resource[]): string | undefined {
  const claims = listed.flatMap((by) => by.claims.map((claim) => ({ claim, by })))
  for (const [i, { claim, by }] of claims.entries()) {
    const former = claims.slice(0, i).find((one) => one.by.host === by.host && claimsClash(one.claim, claim))
    if (former) return `${by.host} › thing ${by.name}: ${claim} is already taken by thing ${former.by.name}`
  }
  return undefined
}
