import { describe, expect, it } from 'vitest'
import { isProvisionError } from '../../../src/core/error.ts'
import { parseHostsFile } from '../../../src/providers/ssh/hosts-file.ts'

const expected = {
  file: 'hosts.yaml',
  hosts: ['web', 'app'],
  folder: '/etc/shop',
  home: '/home/ann',
  user: 'ann',
}
const parse = (text: string) => parseHostsFile(text, expected)

const twoHosts = (more: string) => `hosts: { web: { address: shop-web${more} }, app: { address: b } }`

/** First line, further lines and help of what is wrong. */
function complaint(text: string): string {
  try {
    parse(text)
  } catch (error) {
    if (isProvisionError(error)) return [error.message, error.output, `help: ${error.help ?? ''}`].join('\n')
    throw error
  }
  return 'nothing is wrong'
}

describe('a file of hosts', () => {
  it('needs an address a host', () => {
    const [web, app] = parse('hosts: { app: { address: 10.0.0.2 }, web: { address: web.example } }')
    expect(web).toEqual({
      name: 'web',
      address: 'web.example',
      port: 22,
      user: 'ann',
      identityFile: undefined,
      knownHosts: ['/home/ann/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts'],
      hostKeyAlias: undefined,
      become: false,
    })
    expect(app).toMatchObject({ name: 'app', address: '10.0.0.2' })
  })

  it.each([
    ['1500ms', 1_500],
    ['30s', 30_000],
    ['2m', 120_000],
  ])('says how long to wait for a connection: %s', (wait, expected) => {
    const text = `hosts: { web: { address: a, connectTimeout: ${wait} }, app: { address: b } }`
    expect(parse(text)).toMatchObject([{ connectTimeout: expected }, {}])
  })

  it.each(['0', '30', '0s', 'soon', '-1', 'yes', '[1]', '600h', '2147483648'])(
    'waits for a connection no time like %s',
    (wait) => {
      const text = `hosts: { web: { address: a, connectTimeout: ${wait} }, app: { address: b } }`
      expect(() => parse(text)).toThrow('hosts.web.connectTimeout must be a length of time like 30s')
    },
  )

  it('may list hosts of other playbooks, whatever it says of them', () => {
    const text = 'hosts: { web: { address: a }, db: { address: a, port: x }, app: { address: b } }'
    expect(parse(text).map(({ name }) => name)).toEqual(['web', 'app'])
  })

  it('misses a host with the name of what every object has', () => {
    const topology = { ...expected, hosts: ['constructor'] }
    expect(() => parseHostsFile('hosts: {}', topology)).toThrow('host constructor of the topology is missing')
    const [host] = parseHostsFile('hosts: { constructor: { address: a } }', topology)
    expect(host).toMatchObject({ name: 'constructor', address: 'a' })
  })

  it.each(['ann@shop-web', 'shop-web:22', 'ssh://shop-web', '"[::1]"', '"[::1]:22"', 'ann@shop-web:22'])(
    'refuses the address %s',
    (address) => {
      expect(() => parse(`hosts: { web: { address: ${address} }, app: { address: b } }`)).toThrow(
        'hosts.web.address must be a name or an address, without user and port, which are fields of their own',
      )
    },
  )

  it.each(['shop-web', '10.0.0.5', '"::1"', '"fe80::1%eth0"'])('takes the address %s', (address) => {
    expect(parse(`hosts: { web: { address: ${address} }, app: { address: b } }`)).toHaveLength(2)
  })

  it('refuses a second document', () => {
    expect(() => parse(`${twoHosts('')}\n---\n${twoHosts('')}`)).toThrow('here a second document begins')
  })

  it.each(['-oProxyCommand=x', 'a b', '""', '7'])('refuses the jump host %s', (jump) => {
    expect(() => parse(twoHosts(`, jump: ${jump}`))).toThrow('hosts.web.jump must be jump hosts')
  })

  it('may have one private address behind different jump hosts', () => {
    const text = (jump: string) =>
      `hosts: { web: { address: 10.0.0.5, jump: east }, app: { address: 10.0.0.5, jump: ${jump} } }`
    expect(parse(text('west')).map(({ jump }) => jump)).toEqual(['east', 'west'])
    expect(complaint(text('east'))).toContain('hosts web and app are both 10.0.0.5:22 through east')
  })

  it('may say all of it', () => {
    const text = `
hosts:
  web:
    address: "::1"
    port: 2222
    user: deploy
    identityFile: ~/.ssh/id_shop
    knownHosts: known
    become: true
  app: { address: b, knownHosts: [/a/known, ~/known] }
`
    expect(parse(text)).toEqual([
      {
        name: 'web',
        address: '::1',
        port: 2222,
        user: 'deploy',
        identityFile: '/home/ann/.ssh/id_shop',
        knownHosts: ['/etc/shop/known'],
        hostKeyAlias: undefined,
        become: true,
      },
      expect.objectContaining({ knownHosts: ['/a/known', '/home/ann/known'] }),
    ])
  })

  it('may name a value once and use it twice', () => {
    const text = 'hosts:\n  web: { address: a, user: &who core }\n  app: { address: b, user: *who }'
    expect(parse(text).map(({ user }) => user)).toEqual(['core', 'core'])
  })

  it.each([
    ['empty', '', [/^hosts\.yaml:1:1: the file must be a mapping/]],
    ['a list', '- web', [/^hosts\.yaml:1:1: the file must be a mapping/]],
    ['without hosts', '{}', [/:1:1: it lists no hosts/, /help: begin it with: hosts:/]],
    ['no YAML', 'hosts: { web: { address: a }', [/^hosts\.yaml:\d+:\d+: /]],
    ['a host missing', 'hosts:\n  web: { address: a }', [/:2:3: host app of the topology is missing/]],
    [
      'another host for one',
      'hosts:\n  ap: { address: c }\n  web: { address: a }',
      [/:2:3: unknown key "ap" in hosts/, /did you mean "app"/, /host app of the topology is missing/],
    ],
    [
      'a wrong key',
      'hosts:\n  web: { adress: a }\n  app: { address: b }',
      [/:2:10: unknown key "adress" in hosts\.web/, /did you mean "address"/, /has no address/],
    ],
    [
      'a host twice',
      'hosts:\n  web: { address: a }\n  web: { address: b }\n  app: { address: b }',
      [/:3:3: .*unique/],
    ],
    [
      'one machine twice',
      'hosts: { web: { address: a }, app: { address: a } }',
      [/web and app are both a:22/],
    ],
    [
      'a wrong port',
      'hosts: { web: { address: a, port: 0 }, app: { address: b } }',
      [
        /:1:35: hosts\.web\.port must be a number from 1 to 65535, not 0\n/,
        /help: correct it in hosts\.yaml$/,
      ],
    ],
    [
      'a port that is no number',
      'hosts:\n  web:\n    address: a\n    port: abc\n  app: { address: b }',
      [/^hosts\.yaml:4:11: hosts\.web\.port must be a number from 1 to 65535, not "abc"\n/],
    ],
    [
      'a list for a user',
      'hosts: { web: { address: a, user: [b] }, app: { address: b } }',
      [/web\.user must be the name of a user, not a list\n/],
    ],
    [
      'a mapping for a wait',
      'hosts: { web: { address: a, connectTimeout: { s: 3 } }, app: { address: b } }',
      [/24 days at most, not a mapping\n/],
    ],
    [
      'a port as text',
      'hosts: { web: { address: a, port: "22" }, app: { address: b } }',
      [/web\.port must be a number from 1 to 65535, not "22"\n/],
    ],
    ['an empty address', 'hosts: { web: { address: "" }, app: { address: b } }', [/web\.address must be/]],
    [
      'an address that is a number',
      'hosts: { web: { address: 1 }, app: { address: b } }',
      [/web\.address must be/],
    ],
    [
      'an option for an address',
      'hosts: { web: { address: -oX=y }, app: { address: b } }',
      [/web\.address must be/],
    ],
    ['two words', 'hosts: { web: { address: a b }, app: { address: b } }', [/web\.address must be/]],
    ['a line break', 'hosts: { web: { address: "a\\nb" }, app: { address: b } }', [/web\.address must be/]],
    [
      'become as text',
      'hosts: { web: { address: a, become: yes please }, app: { address: b } }',
      [/true or false/],
    ],
    ['no value', 'hosts: { web: { address: }, app: { address: b } }', [/web\.address/]],
    ['a host of nothing', 'hosts:\n  web:\n  app: { address: b }', [/hosts\.web/]],
    [
      'a bomb of aliases',
      'a: &a [x, x]\nb: &b [*a, *a]\nhosts: { web: *b, app: { address: b } }',
      [/unknown key "a"/, /hosts\.web must be a mapping/],
    ],
    [
      'several things wrong at once',
      'hosts:\n  web: { port: x }\n  app: { address: b, use: c }',
      [/:2:8: hosts\.web has no address/, /:2:16: hosts\.web\.port must/, /:3:22: unknown key "use"/],
    ],
  ])('is refused with line and column when it is or has %s', (_, text, patterns) => {
    for (const pattern of patterns) expect(complaint(text)).toMatch(pattern)
  })

  it('is refused when it is nested deeper than anybody writes', () => {
    expect(complaint(`hosts: ${'['.repeat(200_000)}`)).toMatch(/^hosts\.yaml/)
  })
})
