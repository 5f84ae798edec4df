import { describe, expect, it } from 'vitest'
import { isProvisionError } from '../../src/core/error.ts'
import type { Facts } from '../../src/core/facts.ts'
import { hostNamed } from '../../src/core/host.ts'
import { isRef, ref, refsIn, resolve, text, type Ref } from '../../src/core/ref.ts'
import { isSecret, reveal, secret } from '../../src/core/secret/index.ts'
import { thing } from '../support/resource.ts'

const facts: Facts = {
  scope: { playbook: 'shop', environment: 'shop-docker' },
  hosts: new Map([['app', { address: '10.0.0.5' }]]),
  built: new Map(),
  images: new Map(),
  paths: new Map(),
}
const app = hostNamed('app')
const late = <T>(value: T, label = 'late'): Ref<T> => ref({ label }, () => value)

const failureOf = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    if (isProvisionError(error)) return error
    throw error
  }
  return undefined
}

/** ``text`jdbc:${part}/` `` as somebody writes it whom no compiler watches. */
const untypedText = (part: unknown): unknown =>
  Reflect.apply(text, undefined, [Object.assign(['jdbc:', '/'], { raw: ['jdbc:', '/'] }), part])

describe('resolve', () => {
  const key = secret('k')
  const url = new URL('file:///a')
  const call = () => 1
  it.each<[string, unknown, unknown]>([
    ['a text', 'a', 'a'],
    ['nothing', undefined, undefined],
    ['a reference', late(1), 1],
    ['a reference to a reference', late(late('x')), 'x'],
    ['references however deep', { a: [late(1), { b: late('c') }], d: null }, { a: [1, { b: 'c' }], d: null }],
    ['a reference in what a reference gives', late({ a: late(1) }), { a: 1 }],
    ['a record without a prototype', Object.assign(Object.create(null), { a: late(1) }), { a: 1 }],
    ['an empty list', [], []],
  ])('replaces every reference in %s', (_, value, expected) => {
    expect(resolve(value, facts)).toEqual(expected)
  })

  it.each<[string, unknown]>([
    ['a secret', key],
    ['a URL', url],
    ['a function', call],
    ['a date', new Date(0)],
    ['a record without references', { a: [{ b: 1 }] }],
  ])('leaves %s what it is', (_, value) => {
    expect(resolve({ value }, facts)).toEqual({ value })
    expect(Object.is(resolve([value], facts)[0], value)).toBe(true)
  })

  it('reads the address of a host', () => {
    expect(resolve(app.address, facts)).toBe('10.0.0.5')
    expect(app.address.label).toBe('app.address')
  })

  it('says which host is not known', () => {
    expect(() => resolve(hostNamed('bus').address, facts)).toThrow(/host bus is not known/)
  })
})

describe('refsIn', () => {
  const [one, two] = [late(1), late(2)]
  it.each<[string, unknown, readonly unknown[]]>([
    ['a reference', one, [one]],
    ['a record', { a: one, b: { c: [two] } }, [one, two]],
    ['a list', [one, 'x', [two]], [one, two]],
    ['a secret', secret('x'), []],
    ['nothing', undefined, []],
    ['null', null, []],
  ])('finds those in %s', (_, value, expected) => {
    expect(refsIn(value)).toEqual(expected)
  })

  it.each<[string, unknown, boolean]>([
    ['a reference', one, true],
    ['a record', {}, false],
    ['a text', 'x', false],
    ['null', null, false],
  ])('tells %s apart', (_, value, expected) => {
    expect(isRef(value)).toBe(expected)
  })
})

describe('a reference that nobody type-checked', () => {
  const value: unknown = late(80, 'web/nginx.at.http.port')
  const parts: unknown = text`a${'b'}`
  it.each<[string, () => unknown]>([
    ['a template', () => `${String(value)}:1`],
    ['a sum', () => ['z', value].join('')],
    ['arithmetic', () => Number(value) + 1],
    ['JSON', () => JSON.stringify({ a: [value] })],
    ['a text of parts', () => String(parts)],
  ])('is refused in %s', (_, use) => {
    const error = failureOf(use)
    expect(error?.code).toBe('playbook')
    expect(error?.message).toMatch(/is known only in a run, and cannot be put into a plain text$/)
    expect(error?.help).toContain('text`…${…}…`')
  })

  it('names where its value comes from', () => {
    expect(failureOf(() => String(value))?.message).toMatch(/^web\/nginx\.at\.http\.port is known only/)
  })

  it.each<[string, unknown, string]>([
    ['a text in brackets', 'abc', '"abc"'],
    ['a number in brackets', 5, 'number'],
    ['nothing', undefined, 'undefined'],
  ])('text is not called with %s', (_, given, shown) => {
    const error = failureOf(() => Reflect.apply(text, undefined, [given]))
    expect([error?.code, error?.message]).toEqual(['playbook', `text: is called with ${shown}`])
    expect(error?.help).toContain('backticks')
  })

  it('a secret in a plain template is no part of a text', () => {
    const masked = `pw=${String(secret('abcdefg'))}`
    expect(() => untypedText(masked)).toThrow('a text: what follows "jdbc:" holds "[secret]"')
    expect(resolve(text`[secret]`, facts)).toBe('[secret]')
  })
})

describe('text', () => {
  it.each<[string, Ref<unknown>, string]>([
    ['without parts', text`a`, 'a'],
    ['with references', text`http://${app.address}:${late(7000)}/`, 'http://10.0.0.5:7000/'],
    ['with plain values', text`${1}${'b'}${true}`, '1btrue'],
    ['with texts in texts', text`<${text`[${late('x')}]`}>`, '<[x]>'],
    ['with what looks like a part', text`\${a} ${late('$1')}`, '${a} $1'],
    ['empty', text``, ''],
  ])('%s', (_, value, expected) => {
    expect(resolve(value, facts)).toBe(expected)
  })

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['half a number', NaN, 'NaN'],
    ['an object', { a: 1 }, 'an object'],
    ['a list', ['a'], 'an object'],
    ['a function', () => 'a', 'a function'],
    ['a resource', thing('app', 'a'), 'an object'],
  ])('takes no %s, neither now nor once it is known', (_, value, shown) => {
    const message = `a text: what follows "jdbc:" is ${shown}`
    expect(() => untypedText(value)).toThrow(message)
    expect(() => resolve(untypedText(late(value)), facts)).toThrow(message)
    expect(() => resolve(untypedText(late(value, 'db.at.port')), facts)).toThrow('(db.at.port)')
  })

  it('is secret with a secret in it, also in a text within', () => {
    const password = secret('p')
    for (const value of [text`a ${password}`, text`${late(password)}`, text`x${text`y${password}`}`]) {
      const resolved: unknown = resolve(value, facts)
      expect(isSecret(resolved)).toBe(true)
    }
    const joined = resolve(text`${password}@${app.address}`, facts)
    expect(reveal(joined)).toBe('p@10.0.0.5')
  })

  it('needs all that its parts need', () => {
    const [a, b] = [thing('app', 'a'), thing('app', 'b')]
    const made = text`${ref({ label: 'a', needs: [a] }, () => 1)}-${ref({ label: 'b', needs: [b] }, () => 2)}`
    expect(made.needs).toEqual([a, b])
    expect(made.label).toBe('a, b')
  })
})
