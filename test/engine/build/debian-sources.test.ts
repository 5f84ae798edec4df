import { expect, test } from 'vitest'
import { debianSources } from '../../../src/engine/build/debian-sources.ts'

const stanza = (...fields: string[]) => fields.join('\n')
const own = stanza(
  'Types: deb',
  'URIs: http://mirror.example/debian',
  'Suites: bookworm bookworm-updates',
  'Components: main contrib',
  'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
)

test.each<[string, string[], string[]]>([
  ['none', [], []],
  [
    'stanzas',
    [
      `# Debian\n${own}\n\n${own.replaceAll('bookworm', 'bookworm-security').replace('/debian', '/security')}`,
    ],
    [
      'deb http://mirror.example/debian trixie main',
      'deb http://mirror.example/debian trixie-updates main',
      'deb http://mirror.example/security trixie-security main',
    ],
  ],
  [
    'lines',
    [
      'deb http://m.example/debian bookworm main contrib\n# deb http://other.example/ bookworm main\ndeb-src http://m.example/debian bookworm main',
    ],
    ['deb http://m.example/debian trixie main'],
  ],
  [
    'options of lines',
    [
      'deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] https://m.example/ bookworm main',
    ],
    ['deb https://m.example/ trixie main'],
  ],
  ['an archive with a key of its own', ['deb [signed-by=/etc/x.gpg] http://m.example bookworm main'], []],
  ['a stanza with a key of its own', [own.replace('debian-archive', 'vendor')], []],
  ['a stanza that is off', [`${own}\nEnabled: no`], []],
  ['other components', ['deb http://m.example bookworm stable'], []],
  ['another suite', ['deb http://m.example bookworm-pgdg main'], []],
  ['a disc', ['deb cdrom:[Debian]/ bookworm main'], []],
  [
    'the same twice',
    [own, own.replace(' bookworm-updates', '')],
    ['deb http://mirror.example/debian trixie main', 'deb http://mirror.example/debian trixie-updates main'],
  ],
  ['updates without the suite itself', [own.replace('bookworm bookworm-updates', 'bookworm-updates')], []],
])('mirrors of this machine: %s', (_, texts, expected) => {
  expect(debianSources('trixie', 'bookworm', texts)).toEqual(expected)
})

test('a suite without updates of its own', () => {
  expect(debianSources('sid', 'bookworm', [own])).toEqual(['deb http://mirror.example/debian sid main'])
})
