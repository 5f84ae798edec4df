import { httpServer } from './tiny-image.ts'

/** The hosts of a playbook that has nothing in common with the reference application. */
export const hosts = ['north', 'south', 'east', 'west', 'hub'] as const

/** Answers a line over TCP and a packet over UDP with its own name. */
const server = `use IO::Socket::INET; $| = 1; $SIG{TERM} = sub { kill 9, $p; exit };
my $u = IO::Socket::INET->new(LocalPort => 5000, Proto => "udp") or die $!;
my $t = IO::Socket::INET->new(Listen => 9, LocalPort => 5000, ReuseAddr => 1) or die $!;
unless ($p = fork) { while ($u->recv(my $m, 99)) { $u->send("udp $m") } }
print "listening now\\n"; while (my $c = $t->accept) { print $c "tcp\\n"; close $c }`

/** Succeeds when it gets a connection to a place. */
const dial = (place: string): string[] => [
  'perl',
  '-MIO::Socket::INET',
  '-e',
  `exit !IO::Socket::INET->new(PeerAddr => "${place}")`,
]

/** The params of the playbook. */
export const params = `params: { port: { type: 'int', default: 8080 }, key: { type: 'secret', env: 'ETEST_KEY' } },`

/** The body of its \`resources\`: every kind of resource, and nearly every option. */
export const world = `
const { key, port } = params
const net = network(hub, 'inner', { subnet: '10.77.0.0/24' })
const data = volume(hub, 'data')
const conf = file(hub, '/etc/etest/conf.ini', { content: text\`key=\${key}\\nwest=\${west.address}\\n\`, mode: 0o640, owner: 'core', group: 'docker' })
const plainFile = file(west, '/srv/note', { content: 'one' })
const spool = directory(hub, '/var/spool/etest', { mode: 0o2770, group: 'core' })
const site = tree(hub, '/srv/site', { from: './site', exclude: ['*.bak'], modes: { files: 0o600 }, owner: 'core' })
const jar = push(south, artifact('a.jar', { cwd: './src', inputs: ['*.in'], run: ['sh', '-c', 'cat *.in > a.jar'], output: 'a.jar' }), { to: '/srv/a.jar', mode: 0o444 })
const setUp = command(hub, 'set up', { run: ['sh', '-c', 'printf %s "$KEY" | sha256sum > /srv/sum; date +%N > /srv/when'], env: { KEY: key }, creates: '/srv/when' })
const mark = command(west, 'mark', { run: ['touch', '/srv/mark'], unless: ['test', '-e', '/srv/mark'] })
const db = container(hub, 'db', {
  image: tiny, network: net, command: ['perl', '-e', ${JSON.stringify(server)}],
  ports: { stream: 5000, packets: { port: 5000, protocol: 'udp' } }, publish: { stream: 5000, packets: 5000 },
  mounts: { '/data': data, '/spool': spool, '/etc/conf.ini': conf, '/site': { from: site, restart: false } },
  ready: { log: '^listening' }, stopTimeout: '1s',
}, { needs: [setUp] })
const peer = container(hub, 'peer', {
  image: tiny, network: net, command: ['sleep', '1000'], stopTimeout: '1s', ready: { command: ${JSON.stringify(dial('db:5000'))} },
}, { needs: [db] })
const web = container(east, 'web', {
  image: tiny, command: ${JSON.stringify(httpServer(8080, 0, '200 OK'))}, ports: { http: 8080, admin: 8081 },
  publish: { http: port }, env: { DB: db.at.stream.url, TOKEN: text\`Bearer \${key}\`, LEVEL: 3, DEBUG: false },
  labels: { team: 'blue' }, memory: '64m', cpus: 0.5, user: '1000:1000', workdir: '/tmp', hostname: 'shopfront',
  capabilities: { add: ['NET_ADMIN'], drop: ['CHOWN'] }, restart: 'on-failure', stopTimeout: '2s',
  ready: { http: '/', port: 'http', status: 200, timeout: '20s' },
})
const same = container(south, 'web', {
  image: tiny, command: ${JSON.stringify(httpServer(9000, 0, '204 No Content'))}, ports: { http: 9000 },
  publish: { http: { port: 9000, address: '127.0.0.1' } }, mounts: { '/opt/a.jar': jar }, env: { UPSTREAM: web.at.http.url },
  ready: { tcp: 'http' }, stopTimeout: '1s',
})
return { net, data, conf, plainFile, spool, site, mark, db, peer, web, same }`
