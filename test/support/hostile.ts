import fc from 'fast-check'

/** File names that a careless program misreads: quotes, newlines, dashes, wildcards, options, other alphabets. */
export const hostileName: fc.Arbitrary<string> = fc
  .oneof(
    fc.constantFrom(
      '-',
      '--',
      '-rf',
      '--help',
      '*',
      '?',
      '[a]',
      '.hidden',
      '..x',
      '...',
      ' ',
      '\n',
      '\r',
      'a\nb',
      'a\\nb',
      '\\',
      "'",
      '"',
      '$(touch x)',
      '`id`',
      '$HOME',
      ';',
      '&&',
      '|',
      '#',
      '~',
      '!x',
      'x: OK',
      'x: FAILED',
      'größe',
      '大きさ',
      '👩‍👩‍👧',
      'a'.repeat(200),
    ),
    fc
      .array(fc.constantFrom(...Array.from('ab -.\n\r\t\\\'"$`*?[];&|<>(){}#~!%=ä大')), {
        minLength: 1,
        maxLength: 20,
      })
      .map((all) => all.join('')),
  )
  .filter((name) => name !== '.' && name !== '..')

/** Texts that quoting, encodings, limits or terminals get wrong; more than names, because no file system holds them all. */
const hostileTexts: readonly string[] = [
  '',
  '\0',
  'a\0b',
  '../../etc/passwd',
  '/../x',
  '/a/../../b',
  '//',
  '/',
  './.',
  '-oProxyCommand=touch pwned',
  '--privileged',
  'a'.repeat(10_000),
  'ä'.repeat(10_000),
  `/${'d/'.repeat(5_000)}x`,
  "'".repeat(1_000),
  '\ud800',
  'a\udfffb',
  '\ufeffbom',
  'safe\u202etxt.exe',
  'e\u0301',
  '\u0430dmin',
  '\u200b',
  '\u2028',
  '\u0085',
  '\u001b[31mred\u001b[0m',
  '\u001b]0;title\u0007',
  '\u001b]8;;http://x\u0007link\u001b]8;;\u0007',
  '\u009b31m',
  '\b\b\b',
  '%s%n%41',
  '\r\nX-Injected: 1',
  '${IFS}',
  '$((1/0))',
  '"; touch pwned; "',
  "'; touch pwned; '",
  '\\',
  'EOF\n',
  'provision-0123456789abcdef',
  '{{.ID}}',
  '<script>',
  '__proto__',
  'constructor',
  'a=b=c',
  'a:b:c',
  'null',
  '1e9',
  '-1',
  ' ',
  '\t',
]

/** Any of them, a hostile name, or whatever else can be a text. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...hostileTexts) },
  { weight: 2, arbitrary: hostileName },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
)

/** Every known one, and so many more that follow from the seed. */
export const hostileSample = (seed: number, more: number): readonly string[] => [
  ...new Set([...hostileTexts, ...fc.sample(hostileText, { seed, numRuns: more })]),
]
