import { describe, expect, it } from 'vitest'
import { escapesOf } from '../../../src/core/secret/escapes.ts'
import { redactor } from '../../../src/core/secret/redactor.ts'
import { secret } from '../../../src/core/secret/index.ts'

describe('escapesOf', () => {
  it.each([
    ['Python, in a path', 'p@ss/w:rd', 'p%40ss/w%3Ard'],
    ['encodeURI', 'a b/c"d', 'a%20b/c%22d'],
    ['a browser, as a password', "p@ss/it's&", "p%40ss%2Fit's&"],
    ['a browser, with a percent sign', '5%of/10', '5%of%2F10'],
    ['a browser, in a path', 'a b/c;d[e]', 'a%20b/c;d[e]'],
    ['a browser, in a query', 'a b?{c}', 'a%20b?{c}'],
    ['Go, as a password', 'a$b&c/d', 'a$b&c%2Fd'],
    ['Go, in a path', 'a:b@c,d', 'a:b@c%2Cd'],
    ['RFC 3986', "a~b!c'd", 'a~b%21c%27d'],
    ['PHP', 'a~b c', 'a%7Eb+c'],
    ['a form', "a b*c~d!'", 'a+b*c%7Ed%21%27'],
    ['a form, in lower case', 'a b/c?', 'a+b%2fc%3f'],
  ])('masks what %s writes in an URL: %s', (_, value, written) => {
    expect(redactor([secret(value)])(`https://me:${written}@bus`)).toBe('https://me:[secret]@bus')
  })

  it.each([
    ['PHP', 'a/b/c', 'a\\/b\\/c'],
    ['PHP, with other letters', 'ü/ber', '\\u00fc\\/ber'],
    ['PHP, for pages', `<a href='"&`, '\\u003Ca href=\\u0027\\u0022\\u0026'],
    ['Go', 'a&b<c>d=e', 'a\\u0026b\\u003cc\\u003ed=e'],
    ['Go, in upper case', 'a&b<c>d', 'a\\u0026b\\u003Cc\\u003Ed'],
    ['Gson', "a&b=c'd", 'a\\u0026b\\u003dc\\u0027d'],
    ['Python', 'grün\u007f', 'gr\\u00fcn\\u007f'],
    ['Jackson', 'grün', 'gr\\u00FCn'],
    ['.NET', 'a+b"c`d', 'a\\u002Bb\\u0022c\\u0060d'],
    ['Go within Go', 'a&b"c', 'a\\\\u0026b\\\\\\"c'],
    ['JavaScript within Go', 'a&b"c', 'a\\u0026b\\\\\\"c'],
    ['a backslash before digits', '\\u00e4/ü', '\\\\u00e4/\\u00FC'],
  ])('masks what %s writes in JSON: %s', (_, value, written) => {
    expect(redactor([secret(value)])(`{"key":"${written}"}`)).toBe('{"key":"[secret]"}')
  })

  it.each([
    ['text', `a&b<c>"d"`, 'a&amp;b&lt;c&gt;"d"'],
    ['an attribute', `it's "a"&`, `it's &quot;a&quot;&amp;`],
    ['JavaScript', `it's "a"&`, 'it&#39;s &quot;a&quot;&amp;'],
    ['Python', `it's "a"&`, 'it&#x27;s &quot;a&quot;&amp;'],
    ['PHP', `it's "a"&`, 'it&#039;s &quot;a&quot;&amp;'],
    ['XML', `it's "a"&`, 'it&apos;s &quot;a&quot;&amp;'],
    ['Go', `it's "a"&`, 'it&#39;s &#34;a&#34;&amp;'],
    ['Mustache', `a/b=c\`d`, 'a&#x2F;b&#x3D;c&#x60;d'],
    ['Handlebars', `a/b=c'd`, 'a/b&#x3D;c&#x27;d'],
  ])('masks what %s is in a page: %s', (_, value, written) => {
    expect(redactor([secret(value)])(`<b>${written}</b>`)).toBe('<b>[secret]</b>')
  })

  it.each([
    ['printf %q', `p@ss w*rd!`, 'p@ss\\ w\\*rd\\!'],
    [
      'printf %q, of every sign',
      `a"$&'(),;<>?[\\]^\`{|}`,
      'a\\"\\$\\&\\\'\\(\\)\\,\\;\\<\\>\\?\\[\\\\\\]\\^\\`\\{\\|\\}',
    ],
    ['printf %q, of homes', 'a=~b:~c~d', 'a=\\~b:\\~c~d'],
    ['printf %q, of a tab', "it's\ta", "it\\'s\\ta"],
    ['Shellwords', 'a%b=c,d', 'a\\%b\\=c,d'],
    ['double quotes', 'a$b`c"d', 'a\\$b\\`c\\"d'],
    ['single quotes', "it's", "it'\\''s"],
    ['single quotes of Python', "it's", `it'"'"'s`],
  ])('masks what a shell reads, in %s: %s', (_, value, written) => {
    expect(redactor([secret(value)])(`run --key ${written} now`)).toBe('run --key [secret] now')
  })

  it.each([
    ['hunter-2_a.b', []],
    ['p@ss', ['p%40ss']],
    ['a/b', ['a%2Fb', 'a%2fb', 'a\\/b', 'a&#x2F;b']],
  ])('looks for %s in no form twice, and for none of what no escape changes', (value, forms) => {
    expect(escapesOf(value)).toEqual(forms)
  })
})
