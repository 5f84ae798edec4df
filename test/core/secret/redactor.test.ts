import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quote } from '../../../src/core/quote.ts'
import { resolve, text } from '../../../src/core/ref.ts'
import { hideSecrets, redactor, secretFinder } from '../../../src/core/secret/redactor.ts'
import { isSecret, secret, type Secret } from '../../../src/core/secret/index.ts'
import { factsOf } from '../../support/judge.ts'

const base64 = (value: string) => Buffer.from(value).toString('base64')

describe('secretFinder', () => {
  const secrets = ['hunter2', 'p@ss:word', 'ab', 'grün und blau', 'line one\n  line two', 'üğüğ'].map(secret)
  const shows = secretFinder(secrets)

  it.each<[string, boolean, Buffer]>([
    ['the text itself', true, Buffer.from('a hunter2 b')],
    ['among bytes that are no text', true, Buffer.from([0, 255, 200, ...Buffer.from('hunter2'), 128])],
    ['part of it', false, Buffer.from('a hunter b')],
    ['nothing', false, Buffer.alloc(0)],
    ['in base64, after one byte', true, Buffer.from(base64('uhunter2'))],
    ['in an URL', true, Buffer.from('amqp://me:p%40ss%3Aword@bus')],
    ['in UTF-8', true, Buffer.from('wie grün und blau')],
    ['in Latin-1', true, Buffer.from('wie grün und blau', 'latin1')],
    ['what Latin-1 has no letters for', true, Buffer.from('the üğüğ')],
    ['other letters in Latin-1 than it has', false, Buffer.from('the ü\u001fü\u001f', 'latin1')],
    ['one line of several', true, Buffer.from('only line two here')],
    ['a short one where it stands alone', true, Buffer.from('code=ab;')],
    ['a short one within words', false, Buffer.from('about a lab')],
    ['an older secret', true, Buffer.from('gnu-9 is here')],
  ])('finds %s: %s', (_, found, bytes) => {
    secret('gnu-9')
    expect(secretFinder(secrets)(bytes)).toBe(found)
  })

  it('says what masking would', () => {
    const hide = redactor(secrets)
    const piece = fc.constantFrom(
      'ab',
      'hunter2',
      base64('hunter2'),
      'grün und blau',
      ' ',
      'x',
      'hunter',
      '%40',
      'p@ss',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 }))), (pieces) => {
        const given = pieces.join('')
        fc.pre(!given.includes('[secret]'))
        expect(shows(Buffer.from(given))).toBe(hide(given) !== given)
      }),
      { numRuns: 1_000 },
    )
  })
})

// First: all that any test makes a secret counts for it, random words among them.
describe('hideSecrets', () => {
  it('masks what was made a secret anywhere, as soon as it was', () => {
    expect(hideSecrets('the zebra-7 is hidden')).toBe('the zebra-7 is hidden')
    secret('zebra-7')
    expect(hideSecrets('the zebra-7 is hidden')).toBe('the [secret] is hidden')
  })

  it('is not harmed by what is no text', () => {
    Reflect.apply(secret, undefined, [undefined])
    expect(hideSecrets('undefined')).toBe('undefined')
  })
})

describe('redactor', () => {
  const hide = redactor(
    [
      'hunter2',
      'hunter2 and more!',
      'p@ss:word',
      'a.*b',
      '',
      'quo"te\'s',
      'grün und blau',
      'line one\n  line two',
    ].map(secret),
  )

  it.each([
    ['the text itself', 'a hunter2 b', 'a [secret] b'],
    ['twice', 'hunter2hunter2', '[secret][secret]'],
    ['a longer one that holds it', 'my hunter2 and more!', 'my [secret]'],
    ['special characters of patterns', 'a.*b', '[secret]'],
    ['nothing', 'a hunter b', 'a hunter b'],
    ['in base64', `x ${base64('hunter2')}`, 'x [secret]'],
    ['in base64, after one byte', `x ${base64('uhunter2')}`, 'x dW[secret]I='],
    ['in base64, after two bytes', `x ${base64('u:hunter2')}`, 'x dTp[secret]'],
    ['in base64, in the middle', base64('user:hunter2@host'), 'dXNlcjp[secret]QGhvc3Q='],
    ['in base64 for URLs', `x ${Buffer.from('p@ss:word').toString('base64url')}`, 'x [secret]'],
    ['in hex', `x ${Buffer.from('hunter2').toString('hex')}`, 'x [secret]'],
    ['in upper-case hex', `x ${Buffer.from('hunter2').toString('hex').toUpperCase()}`, 'x [secret]'],
    ['an URL', 'p%40ss%3Aword', '[secret]'],
    ['an URL in lower case', 'p%40ss%3aword', '[secret]'],
    ['a form', 'gr%C3%BCn+und+blau', '[secret]'],
    ['between quotes of JSON', JSON.stringify({ a: `say quo"te's` }), '{"a":"say [secret]"}'],
    ['in JSON within JSON', JSON.stringify(JSON.stringify('quo"te\'s')), '"\\"[secret]\\""'],
    ['in JSON of plain ASCII', '"gr\\u00fcn und blau"', '"[secret]"'],
    ['as a word for a shell', quote('quo"te\'s'), "'[secret]'"],
    ['one line of several', 'only line two here', 'only [secret] here'],
    ['all lines', 'line one\n  line two', '[secret]'],
    ['overlapping ones', 'p@ss:worda.*b', '[secret][secret]'],
  ])('masks %s', (_, given, masked) => {
    expect(hide(given)).toBe(masked)
  })

  it.each([
    ['where it stands alone', 'ab', 'code=ab; x', 'code=[secret]; x'],
    ['not within words', 'ab', 'about a lab', 'about a lab'],
    ['one character', 'a', 'a cat, "a"', '[secret] cat, "[secret]"'],
    ['next to another alphabet', 'ä', 'wä ä', 'wä [secret]'],
    ['in HTML', '&', 'R&amp;D, a &amp; b', 'R&amp;D, a [secret] b'],
    ['in JSON of plain ASCII', 'ä', '"w\\u00e4 \\u00e4"', '"w\\u00e4 [secret]"'],
    ['in hex', 'ab', 'f6162f 6162', 'f6162f [secret]'],
  ])('masks a short one: %s', (_, value, given, masked) => {
    expect(redactor([secret(value)])(given)).toBe(masked)
  })

  it.each(['secret', '[secret]', 'cre', ']'])('leaves a mask as it is when %j is one', (value) => {
    const again = redactor([secret(value), secret('hunter2')])
    const once = again('the hunter2')
    expect(again(again(once))).toBe(once)
  })

  it.each([
    ['abcabcab', 'abcabcabcab', '[secret]'],
    ['1212', '121212', '[secret]'],
    ['1212', 'x1212121y', 'x[secret]1y'],
    ['aaaa', 'aaaaaaa b aaaa', '[secret] b [secret]'],
    ['1212', '12121212', '[secret]'],
  ])('masks %s where it overlaps itself: %s', (value, given, masked) => {
    expect(redactor([secret(value)])(given)).toBe(masked)
  })

  it('masks a long text of nothing but one', () => {
    expect(redactor([secret('a'.repeat(40))])('a'.repeat(1_000_000))).toBe('[secret]')
  })

  it('masks both of two that overlap', () => {
    expect(redactor([secret('abcdef'), secret('defghi')])('xabcdefghix')).toBe('x[secret]x')
  })

  it('masks wrapped base64 of a long one', () => {
    const key = Array.from({ length: 200 }, (_, i) => String.fromCharCode(33 + ((i * 7) % 90))).join('')
    const wrapped = base64(key).replace(/.{76}/g, '$&\n')
    expect(redactor([secret(key)])(wrapped).replaceAll('\n', '')).toBe('[secret][secret][secret][secret]')
  })

  it('knows the secrets in a longer text by themselves', () => {
    const whole: unknown = resolve(text`user=me\nkey=${secret('hunter2')}\n`, factsOf())
    const secrets: Secret[] = isSecret(whole) ? [whole] : []
    const masking = redactor(secrets)
    expect(masking('user=me\nkey=hunter2\n')).toBe('[secret]')
    // Not the lines around them.
    expect(masking('user=me')).toBe('user=me')
    expect(masking('the hunter2')).toBe('the [secret]')
  })

  it('leaves nothing of any secret of four characters or more, in any form, wherever it stands', () => {
    const value = fc
      .string({ unit: 'grapheme', minLength: 4, maxLength: 40 })
      .filter((one) => !'[secret]'.includes(one))
    const around = fc.string({ maxLength: 8 })
    const forms: readonly ((one: string) => string)[] = [
      (one) => one,
      (one) => JSON.stringify(one).slice(1, -1),
      (one) => encodeURIComponent(one),
      (one) => encodeURI(one),
      (one) => new URLSearchParams({ a: one }).toString().slice(2),
      (one) => Object.assign(new URL('ssh://host'), { password: one }).password,
      (one) => quote(one).replace(/^'|'$/g, ''),
      (one) => Buffer.from(one).toString('hex'),
      (one) => base64(one).replace(/=+$/, ''),
      (one) => Buffer.from(one).toString('base64url'),
    ]
    fc.assert(
      fc.property(value, around, around, fc.constantFrom(...forms), (one, before, after, form) => {
        const shown = redactor([secret(one)])(`${before}\u0000${form(one)}\u0000${after}`)
        expect(shown.split('\u0000')[1] ?? shown).not.toContain(form(one))
      }),
      { numRuns: 500 },
    )
  })

  it('leaves nothing of a secret within a longer text in base64', () => {
    const value = fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 })
    const around = fc.string({ maxLength: 8 })
    fc.assert(
      fc.property(value, around, around, (one, before, after) => {
        const shown = redactor([secret(one)])(base64(before + one + after))
        const rest = shown.split('[secret]')
        // What is around it may hold it as well, or most of it, and is masked then.
        fc.pre(rest.length <= 2)
        expect(rest).toHaveLength(2)
        // What is left at the edges holds 4 bits of it at most.
        expect((rest[0] ?? '').length).toBeLessThanOrEqual(Math.ceil((Buffer.byteLength(before) * 8) / 6))
      }),
      { numRuns: 500 },
    )
  })
})
