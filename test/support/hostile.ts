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
