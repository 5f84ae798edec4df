import { describe, expect, it } from 'vitest'
import { defineBox } from '../../../src/core/box.ts'
import { isProvisionError } from '../../../src/core/error.ts'
import { definePlaybook, type PlaybookOptions, type ResourceSet } from '../../../src/core/playbook/index.ts'
import type { ParamSpecs } from '../../../src/core/playbook/params.ts'
import type { Resource } from '../../../src/core/resource.ts'
import { image } from '../../../src/modules/image.ts'
import { thing } from '../../support/resource.ts'

type Options = PlaybookOptions<string, ParamSpecs, ResourceSet>

const fine: Options = {
  name: 'shop',
  box: defineBox({ name: 'coreos', build: '.' }),
  hosts: ['web', 'app'],
  params: { heap: { type: 'int', default: 64 } },
  resources: () => [],
}

/** What a playbook is told that was not type-checked: one without a field, or with another value in it. */
const told = (over: Readonly<Record<string, unknown>>): string => {
  try {
    definePlaybook<string, ResourceSet, ParamSpecs>(Object.assign({}, fine, over)).declare({}, {})
  } catch (error) {
    if (isProvisionError(error)) return `${error.code}: ${error.message} (${error.help ?? ''})`
    throw error
  }
  return 'fine'
}

const a = thing('web', 'a')

class Kept {
  readonly #one: Resource
  constructor(one: Resource) {
    this.#one = one
  }
  get one() {
    return this.#one
  }
}

describe('a playbook that nobody type-checked', () => {
  it.each<[unknown, string]>([
    [new Set([image('tiny')]), 'the box: images: a Set is not a list of images'],
    [['tiny'], 'the box: images[0]: "tiny" is not an image (write image("…"))'],
  ])('refuses %s as images of its box', (images, message) => {
    const options = { name: 'coreos', build: '.', images }
    expect(() => void Reflect.apply(defineBox, undefined, [options])).toThrow(message)
  })

  it.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ['no name', { name: undefined }, /name: undefined cannot name a playbook/],
    ['a name with a blank', { name: 'My shop' }, /name: "My shop" cannot name/],
    ['a name that is too long', { name: 'x'.repeat(41) }, /name: "x{41}" cannot name/],
    ['a name that is a folder of ours', { name: 'cache' }, /name: "cache" cannot name/],
    ['no box', { box: undefined }, /box: undefined is not a box/],
    ['a box that is none', { box: { name: 'coreos' } }, /box: an object with name is not a box/],
    ['params in a map', { params: new Map() }, /params: a Map is not a record of params/],
    ['hosts in a set', { hosts: new Set(['web']) }, /hosts: a Set is not a list of names/],
    ['no hosts', { hosts: undefined }, /hosts: undefined is not a list of names/],
    ['a host twice', { hosts: ['web', 'web'] }, /hosts: "web" is listed twice/],
    ['a host that cannot be one', { hosts: ['web', 'a b'] }, /hosts: "a b" cannot name a host/],
    ['a host with a name too long for DNS', { hosts: ['x'.repeat(64)] }, /hosts: "x{64}" cannot name/],
    ['no resources', { resources: undefined }, /resources: undefined is not a function/],
    ['a list in place of a function', { resources: [] }, /resources: a list of 0 is not a function/],
    [
      'a misspelt option',
      { transacton: true },
      /the playbook: there is no option "transacton" \(did you mean "transaction"\?/,
    ],
    [
      'a misspelt field of a param',
      { params: { x: { type: 'int', default: 1, mim: 1 } } },
      /param x: there is no option "mim" \(did you mean "min"\?/,
    ],
    [
      'a misspelt default, which is missed before it is',
      { params: { x: { type: 'int', defualt: 1 } } },
      /param x: there is no option "defualt" \(did you mean "default"\?/,
    ],
    [
      'a misspelt type of a param',
      { params: { x: { tpye: 'int', default: 1 } } },
      /param x: there is no option "tpye" \(did you mean "type"\?/,
    ],
    [
      'no type of a param',
      { params: { x: { default: 1 } } },
      /param x: there is no type undefined \(known: string/,
    ],
    [
      'a field of another type of param',
      { params: { x: { type: 'string', default: 'a', max: 5 } } },
      /param x: there is no option "max" \(known: type, description, default, choices\)/,
    ],
    [
      'a param that is its default',
      { params: { a: 5 } },
      /param a: 5 is not a param \(write it like \{ type: "int"/,
    ],
    ['a list of params', { params: ['a'] }, /params: a list of 1 is not a record of params/],
    ['a param for params', { params: 5 }, /params: 5 is not a record of params/],
    [
      'a secret without a variable',
      { params: { key: { type: 'secret' } } },
      /param key: its env is undefined, not the name of an environment variable/,
    ],
    [
      'a secret with an empty variable',
      { params: { key: { type: 'secret', env: '' } } },
      /param key: its env is "", not the name/,
    ],
    [
      'choices that are no list',
      { params: { x: { type: 'string', default: 'a', choices: 'ab' } } },
      /param x: its choices are "ab", not a list/,
    ],
    ['an `after` that is none', { after: 'echo' }, /after: "echo" is not a function/],
    [
      'an unknown type of a param',
      { params: { x: { type: 'integer' } } },
      /param x: there is no type "integer"/,
    ],
    [
      'a default of another type',
      { params: { x: { type: 'int', default: 'a' } } },
      /param x: its default "a" is not a whole number/,
    ],
    [
      'a default out of range',
      { params: { x: { type: 'int', default: 9, max: 5 } } },
      /its default 9 is not 5 or less/,
    ],
    [
      'a default that is no choice',
      { params: { x: { type: 'string', default: 'c', choices: ['a', 'b'] } } },
      /its default "c" is not one of a, b/,
    ],
  ])('with %s is refused', (_, over, message) => {
    expect(told(over)).toMatch(message)
    expect(told(over)).toMatch(/^playbook: /)
  })

  it.each<[string, () => unknown, RegExp]>([
    ['nothing', () => undefined, /gives undefined \(return the resources/],
    ['a text', () => 'web', /gives "web" \(return/],
    [
      'a promise, which would pass for no resources',
      () => Promise.resolve([a]),
      /gives a promise \(take `async` away/,
    ],
    ['one resource alone', () => a, /gives a resource alone \(put it into a list/],
    [
      'a generator, which would pass for no resources as well',
      () => [a].values(),
      /gives an Array Iterator \(return the resources, in a list or under names/,
    ],
    ['a set', () => new Set([a]), /gives a Set \(return/],
    ['a map', () => new Map([['a', a]]), /gives a Map \(return/],
    ['a date', () => new Date(), /gives a Date \(return/],
    ['an object that keeps them to itself', () => new Kept(a), /gives an object with nothing in it \(return/],
    ['a set in its list', () => [new Set([a])], /gives at \[0\] a Set, not a resource/],
    ['a hole in its list', () => [a, undefined], /gives at \[1\] undefined, not a resource/],
    ['the rest of a condition', () => ({ a, debug: false }), /gives at \[debug\] false, not a resource/],
    ['a hole in an inner list', () => ({ all: [a, null] }), /gives at \[all\]\[1\] null, not a resource/],
    [
      'what is no resource',
      () => [{ kind: 'container' }],
      /gives at \[0\] an object with kind, not a resource/,
    ],
  ])('whose function gives %s is refused', (_, resources, message) => {
    expect(told({ resources })).toMatch(message)
  })

  it.each<[string, (topology: Parameters<Options['resources']>[0]) => unknown, RegExp]>([
    ['a host', ({ hosts }) => hosts['wbe'], /no host "wbe" \(did you mean "web"\?/],
    ['a param', ({ params }) => params['haep'], /no param "haep" \(did you mean "heap"\?/],
  ])('that uses %s which it does not have is refused', (_, use, message) => {
    const resources: Options['resources'] = (topology) => {
      use(topology)
      return []
    }
    expect(told({ resources })).toMatch(message)
  })

  it.each<[string, readonly unknown[], string]>([
    ['nothing', [], 'the playbook: its options are undefined'],
    ['a name', ['shop'], 'the playbook: its options are "shop"'],
    ['a list', [[]], 'the playbook: its options are []'],
  ])('so is one made of %s', (_, given, message) => {
    expect(() => void Reflect.apply(definePlaybook, undefined, given)).toThrow(message)
  })

  it('so is a box', () => {
    const options = Object.assign({ name: 'coreos', build: '.' }, { imgaes: [] })
    expect(() => defineBox(options)).toThrow('the box: there is no option "imgaes"')
  })

  it('is fine without a mistake', () => expect(told({})).toBe('fine'))
})
