import { describe, expect, it } from 'vitest'
import { isProvisionError } from '../../../src/core/error.ts'
import {
  readParams,
  requireSecrets,
  textsOfParams,
  type ParamSpecs,
} from '../../../src/core/playbook/params.ts'
import { reveal } from '../../../src/core/secret/index.ts'

const specs = {
  name: { type: 'string', default: 'shop' },
  tier: { type: 'string', choices: ['small', 'large'], default: 'small' },
  heap: { type: 'int', default: 64, min: 16, max: 1024 },
  share: { type: 'number', default: 0.5, min: 0, max: 1 },
  debug: { type: 'boolean', default: false },
} as const satisfies ParamSpecs

const defaults = { name: 'shop', tier: 'small', heap: 64, share: 0.5, debug: false }

describe('readParams', () => {
  it.each<[string, Record<string, string>, object]>([
    ['defaults', {}, {}],
    ['a text', { name: ' a=b "c" ' }, { name: ' a=b "c" ' }],
    ['an empty text', { name: '' }, { name: '' }],
    ['a choice', { tier: 'large' }, { tier: 'large' }],
    ['a whole number', { heap: '128' }, { heap: 128 }],
    ['the least', { heap: '16' }, { heap: 16 }],
    ['the most', { heap: '1024' }, { heap: 1024 }],
    ['a fraction', { share: '0.25' }, { share: 0.25 }],
    ['true', { debug: 'true' }, { debug: true }],
    ['false', { debug: 'false' }, { debug: false }],
  ])('reads %s', (_, given, expected) => {
    expect(readParams(specs, given, {})).toEqual({ ...defaults, ...expected })
  })

  it.each<[string, Record<string, string>, RegExp, RegExp]>([
    ['an unknown name', { heep: '1' }, /--param heep: the playbook has no such param/, /did you mean "heap"/],
    ['a name of every object', { constructor: '1' }, /no such param/, /known: name, tier/],
    [
      'a text for a number',
      { heap: 'much' },
      /param heap: "much" is not a whole number/,
      /give a whole number/,
    ],
    ['nothing for a number', { heap: ' ' }, /" " is not a whole number/, /./],
    ['a fraction for a whole number', { heap: '1.5' }, /"1\.5" is not a whole number/, /./],
    ['too little', { heap: '15' }, /"15" is not 16 or more/, /./],
    ['too much', { heap: '1025' }, /"1025" is not 1024 or less/, /./],
    ['an endless number', { share: 'Infinity' }, /"Infinity" is not a number/, /./],
    ['yes for true', { debug: 'yes' }, /"yes" is not true or false/, /./],
    ['no choice', { tier: 'huge' }, /"huge" is not one of small, large/, /./],
  ])('refuses %s', (_, given, message, help) => {
    const found = failure(() => readParams(specs, given, {}))
    expect(found?.code).toBe('usage')
    expect(found?.message).toMatch(message)
    expect(found?.help).toMatch(help)
  })

  it('refuses to go on without a value', () => {
    expect(failure(() => readParams({ zone: { type: 'string' } }, {}, {}))).toMatchObject({
      message: 'param zone is missing and has no default',
      help: 'add --param zone=…',
    })
  })

  it.each(['constructor', 'toString', 'valueOf'])('reads a param named %s', (name) => {
    const spec: ParamSpecs = { [name]: { type: 'string', default: 'x' } }
    expect({ ...readParams(spec, {}, {}) }).toEqual({ [name]: 'x' })
    expect({ ...readParams(spec, { [name]: 'y' }, {}) }).toEqual({ [name]: 'y' })
    expect(textsOfParams(spec, {})).toEqual({ [name]: 'x' })
    const missing: ParamSpecs = { [name]: { type: 'secret', env: name } }
    expect(failure(() => requireSecrets(missing, {}))?.message).toMatch(/is not set/)
  })

  describe('a secret', () => {
    const secrets = {
      key: { type: 'secret', env: 'SHOP_KEY', description: 'of the payment service' },
    } as const
    it('is read from the environment', () => {
      expect(reveal(readParams(secrets, {}, { SHOP_KEY: 'k' }).key)).toBe('k')
    })

    it('is not taken from the command line', () => {
      expect(failure(() => readParams(secrets, { key: 'hunter2' }, { SHOP_KEY: 'k' }))).toEqual({
        code: 'usage',
        message: '--param key: a secret on the command line shows in process lists',
        help: 'set the environment variable SHOP_KEY instead',
      })
    })

    const lacking = {
      code: 'usage',
      message: 'param key: the environment variable SHOP_KEY is not set',
      help: 'set SHOP_KEY (of the payment service)',
    }
    it.each<[string, Record<string, string>]>([
      ['is not there', {}],
      ['says nothing', { SHOP_KEY: '' }],
    ])('that %s is missed where it is used, and not where it is declared', (_, env) => {
      const { key } = readParams(secrets, {}, env)
      expect(String(key)).toBe('[secret]')
      expect(failure(() => reveal(key))).toEqual(lacking)
      expect(failure(() => requireSecrets(secrets, env))).toEqual(lacking)
    })

    it('is required with all others that are not there', () => {
      const specs = { ...secrets, count: { type: 'int' }, salt: { type: 'secret', env: 'SALT' } } as const
      const found = failure(() => requireSecrets(specs, {}))
      expect(found?.message).toBe('params key, salt: the environment variables SHOP_KEY, SALT are not set')
      expect(found?.help).toBe('set SHOP_KEY (of the payment service), SALT')
      expect(failure(() => requireSecrets(specs, { SHOP_KEY: 'k', SALT: 's' }))).toBe(undefined)
    })
  })
})

function failure(work: () => unknown) {
  try {
    work()
  } catch (error) {
    if (isProvisionError(error)) return { code: error.code, message: error.message, help: error.help }
    throw error
  }
  return undefined
}
