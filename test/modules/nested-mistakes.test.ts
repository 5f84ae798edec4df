import { expect, it } from 'vitest'
import type { Resource } from '../../src/core/resource.ts'
import { command, container, file, image, network, tree, type ContainerOptions } from '../../src/index.ts'
import { app } from '../support/judge.ts'
import { told, untyped } from '../support/untyped.ts'

const fine: ContainerOptions<string, string> = { image: image('tiny') }
const named = (over: Readonly<Record<string, unknown>>) => () => container(app, 'user', untyped(fine, over))

it.each<[string, () => Resource, string]>([
  [
    'a misspelt field of readiness',
    named({ ports: { http: 80 }, ready: { http: '/', port: 'http', statsu: 200 } }),
    'app › container user: ready: there is no option "statsu" (did you mean "status"?',
  ],
  [
    'a misspelt timeout of readiness',
    named({ ready: { log: 'up', timeuot: '5s' } }),
    'ready: there is no option "timeuot" (did you mean "timeout"?',
  ],
  [
    'a misspelt way to tell readiness',
    named({ ready: { htpp: '/' } }),
    'ready: there is no option "htpp" (did you mean "http"?',
  ],
  [
    'a status where there is no HTTP',
    named({ ports: { db: 1 }, ready: { tcp: 'db', status: 200 } }),
    'ready: there is no option "status" (known: tcp, timeout)',
  ],
  ['readiness by a word', named({ ready: 'http' }), 'app › container user: ready: its options are "http" ('],
  ['no readiness at all', named({ ready: null }), 'ready: its options are null'],
  [
    'readiness that waits for nothing',
    named({ ready: { timeout: '5s' } }),
    'ready: needs one of `http`, `tcp`, `log`, `command` and `health`',
  ],
  [
    'readiness in two ways',
    named({ ready: { log: 'up', command: ['true'] } }),
    'ready: needs one of `http`, `tcp`, `log`, `command` and `health`',
  ],
  [
    'another health than the one that is waited for',
    named({ ready: { health: true } }),
    'ready.health: true is not "healthy"',
  ],
  [
    'a port where the image tells by itself',
    named({ ports: { db: 1 }, ready: { health: 'healthy', port: 'db' } }),
    'ready: there is no option "port" (known: health, timeout)',
  ],
  ['a timeout that no timer takes', named({ stopTimeout: '600h' }), 'stopTimeout: "600h" is longer than'],
  [
    'such a timeout of readiness',
    named({ ready: { log: 'up', timeout: '600h' } }),
    'ready.timeout: "600h" is longer than 24 days',
  ],
  [
    'such a timeout of a command',
    () => command(app, 'c', { run: ['x'], creates: '/x', timeout: '600h' }),
    'app › command c: timeout: "600h" is longer than',
  ],
  [
    'a misspelt field of a mount',
    named({ mounts: { '/x': { from: '/y', readonly: true } } }),
    'app › container user: mounts./x: there is no option "readonly" (did you mean "readOnly"?',
  ],
  [
    'a mount from a misspelt source',
    named({ mounts: { '/x': { form: '/y' } } }),
    'mounts./x: there is no option "form" (did you mean "from"?',
  ],
  ['a mount from what is none', named({ mounts: { '/x': { from: 5 } } }), 'mounts./x: 5 cannot be mounted'],
  [
    'a mount of a network',
    () => named({ mounts: { '/x': network(app, 'net') } })(),
    'mounts./x: network net cannot be mounted',
  ],
  [
    'no network at all in a list',
    named({ network: [] }),
    "network: lists none (leave it out for Docker's own",
  ],
  [
    'a network by name in a list',
    () => named({ network: [network(app, 'net'), 'net'] })(),
    'network[1]: "net" is not a network (write network(host, "…"))',
  ],
  [
    'the host’s network beside another',
    () => named({ network: [network(app, 'net'), 'host'] })(),
    'network[1]: "host" is not a network',
  ],
  [
    'one network twice',
    () => {
      const [net, other] = [network(app, 'net'), network(app, 'other')]
      return named({ network: [net, other, net] })()
    },
    'network: network net is listed twice',
  ],
  [
    'a network as Compose writes it',
    named({ network: 'none' }),
    'network: "none" is not a network (write network(',
  ],
  [
    'a published port on the host’s network',
    named({ network: 'host', ports: { http: 80 }, publish: { http: 80 } }),
    "publish.http: on the host's network all its ports answer at the host as they are (drop `publish`)",
  ],
  [
    'misspelt capabilities',
    named({ capabilities: { dorp: ['ALL'] } }),
    'capabilities: there is no option "dorp" (did you mean "drop"?',
  ],
  [
    'a misspelt capability',
    named({ capabilities: { add: ['NET_ADMN'] } }),
    'capabilities.add[0]: "NET_ADMN" is not a capability of Linux (did you mean "NET_ADMIN"?)',
  ],
  [
    'a capability that is none',
    named({ capabilities: { drop: ['yes'] } }),
    'capabilities.drop[0]: "yes" is not a capability of Linux (write it like "NET_ADMIN")',
  ],
  [
    'a misspelt protocol of a port',
    named({ ports: { dns: { port: 53, protocl: 'udp' } } }),
    'ports.dns: there is no option "protocl" (did you mean "protocol"?',
  ],
  [
    'a misspelt address of a published port',
    named({ ports: { dns: 53 }, publish: { dns: { port: 53, adress: '10.0.0.5' } } }),
    'publish.dns: there is no option "adress" (did you mean "address"?',
  ],
  [
    'a port in a text',
    named({ ports: { http: '80' } }),
    'app › container user: ports.http: "80" is not a port (a whole number from 1 to 65535, or { port, protocol })',
  ],
  ['a port that is none', named({ ports: { http: NaN } }), 'ports.http: NaN is not a port'],
  [
    'a port in a text with a protocol',
    named({ ports: { dns: { port: '53', protocol: 'udp' } } }),
    'ports.dns.port: "53" is not a port',
  ],
  [
    'a protocol in capitals',
    named({ ports: { dns: { port: 53, protocol: 'UDP' } } }),
    'ports.dns.protocol: "UDP" is neither "tcp" nor "udp"',
  ],
  [
    'a port without a protocol',
    named({ ports: { dns: { port: 53 } } }),
    'ports.dns.protocol: undefined is neither',
  ],
  [
    'a published port as Docker writes it',
    named({ ports: { http: 80 }, publish: { http: '80:80' } }),
    'publish.http: "80:80" is not a port (a whole number from 1 to 65535, or { port, address })',
  ],
  [
    'a reference as a published port',
    named({ ports: { http: 80 }, publish: { http: app.address } }),
    'publish.http: a reference is not a port',
  ],
  [
    'a published port that it does not have',
    named({ ports: { http: 80, dns: 53 }, publish: { htp: 80 } }),
    'app › container user: publish: "htp" is not the name of one of its ports (did you mean "http"? (known: http, dns))',
  ],
  [
    'a published port where it has none',
    named({ publish: { web: 80 } }),
    'publish: "web" is not the name of one of its ports (it has none: list them in `ports`)',
  ],
  [
    'readiness of a port that it does not have',
    named({ ports: { http: 80 }, ready: { http: '/', port: 'web' } }),
    'ready.port: "web" is not the name of one of its ports (known: http)',
  ],
  [
    'readiness of a port by its number',
    named({ ports: { http: 80 }, ready: { tcp: 80 } }),
    'ready.tcp: 80 is not the name of one of its ports (known: http)',
  ],
  [
    'readiness of no port',
    named({ ports: { http: 80 }, ready: { http: '/' } }),
    'ready.port: undefined is not the name of one of its ports (known: http)',
  ],
  [
    'the name of what every object has as a published port',
    named({ ports: { http: 80 }, publish: { constructor: 80 } }),
    'publish: "constructor" is not the name of one of its ports',
  ],
  [
    'nothing as a published port',
    named({ ports: { http: 80 }, publish: { http: null } }),
    'publish.http: null is not a port',
  ],
  [
    'a published port without an address',
    named({ ports: { http: 80 }, publish: { http: { port: 80 } } }),
    'publish.http.address: undefined is not an IP address',
  ],
  [
    'misspelt modes of a tree',
    () => tree(app, '/a', untyped({ from: '.' }, { modes: { file: 0o600 } })),
    'app › tree /a: modes: there is no option "file" (did you mean "files"?',
  ],
  [
    'a misspelt last argument',
    () => container(app, 'user', fine, untyped({}, { need: [] })),
    'app › container user: there is no option "need" (did you mean "needs"?',
  ],
  [
    'a misspelt last argument of a file',
    () => file(app, '/a', { content: '' }, untyped({}, { need: [] })),
    'app › file /a: there is no option "need"',
  ],
])('options within options that nobody type-checked: %s', (_, declare, message) => {
  expect(told(declare)).toContain(message)
  expect(told(declare)).toMatch(/^playbook: .*\)$/)
})
