import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { localEngine } from '../../src/transport/docker/engine.ts'
import { projectWith } from './playbook-folder.ts'
import { ask } from './project.ts'
import { freePort, type Sshd } from './sshd.ts'
import { importTiny } from './tiny-image.ts'
import type { SshTarget } from '../../src/core/host.ts'

/** What a run may be in the middle of, for longer than anybody waits. */
export const longWorks = [
  'command',
  'ready',
  'artifact in an image',
  'upload',
  'artifact',
  'image build',
  'small files',
  'after',
] as const
export type LongWork = (typeof longWorks)[number]

/** Does not let itself be ended, nor do its children; one of them leaves its group. All can be told by their last argument. */
export const stubborn = `$SIG{$_} = 'IGNORE' for qw(TERM INT HUP); fork; fork; if ($ARGV[0]) { fork or do { eval { require POSIX; POSIX::setsid() } } }
print STDOUT "at it\\n"; $| = 1; sleep 1 for 1 .. 300`

const playbook = (name: string, place: string, port: number): string => `
import { artifact, command, container, defineBox, definePlaybook, file, image, push, tree } from 'provision'
const tiny = image('${name}:1', { build: './image' })
const stubborn = (of) => ['perl', '-e', ${JSON.stringify(stubborn)}, of, '${name}']
const quick = ['perl', '-e', '1']
const local = (of, long) => ({ run: ['sh', 'build.sh', ...(long === of ? stubborn('') : [])], cwd: '.', inputs: ['build.sh', 'src/**'], output: 'out/' + of })
export default definePlaybook({
  name: '${name}',
  box: defineBox({ name: 'none', build: new URL('.', import.meta.url) }),
  hosts: ['web'],
  params: { long: { type: 'string', default: 'nothing' } },
  resources: ({ hosts: { web }, params: { long } }) => {
    const work = command(web, 'work', { run: long === 'command' ? stubborn('') : ['sh', '-c', 'echo done > ${place}/work'], creates: '${place}/work' },
      { needs: [file(web, '${place}/first', { content: 'first' })] })
    const server = container(web, '${name}', {
      image: tiny, ports: { http: 80 }, publish: { http: ${port} }, stopTimeout: '1s',
      command: ['perl', '/serve.pl', long === 'ready' ? '60' : '0', '${name}'],
      ready: { http: '/', port: 'http', timeout: '60s' },
    })
    return [work, server,
      file(web, '${place}/last', { content: 'last' }, { needs: [work, server] }),
      ...(long === 'artifact' || long === 'nothing' ? [push(web, artifact('local', { ...local('local', long), ...(long === 'artifact' ? { run: stubborn('x') } : {}) }), { to: '${place}/local' })] : []),
      ...(long === 'artifact in an image' ? [push(web, artifact('inside', { ...local('inside', long), run: stubborn(''), in: tiny }), { to: '${place}/inside' })] : []),
      ...(long === 'image build' ? [container(web, '${name}-slow', { image: image('${name}-slow:1', { build: './slow' }), command: ['perl'] })] : []),
      ...(long === 'upload' ? [push(web, artifact('large', { run: ['sh', 'large.sh'], cwd: '.', inputs: ['large.sh'], output: 'out/large' }), { to: '${place}/large' })] : []),
      ...(long === 'small files' ? [tree(web, '${place}/many', { from: './out-many' })] : []),
    ]
  },
  after: async (_, { log }) => { log('after'); if (process.env.LONG_AFTER) await new Promise((resolve) => setTimeout(resolve, 300_000)) },
})
`

const server = `use IO::Socket::INET; $SIG{TERM} = sub { exit }; print "at it\\n"; sleep $ARGV[0];
my $l = IO::Socket::INET->new(Listen => 20, LocalPort => 80, ReuseAddr => 1) or die $!;
while (my $c = $l->accept) { while (<$c> =~ /\\S/) {} print $c "HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n"; close $c; }
`

/** A project whose runs can be told to take long in one place; its host is this machine behind a test's sshd. */
export interface Interruptible {
  readonly dir: string
  readonly args: readonly string[]
  /** Processes of it, on the host and here, but for its server; by a look at all of the machine. */
  readonly running: () => Promise<readonly string[]>
  readonly remove: () => Promise<void>
}

/** The container, the images and all processes have this name. */
export async function makeInterruptible(
  name: string,
  { folder }: Pick<Sshd, 'folder'>,
  target: SshTarget,
): Promise<Interruptible> {
  const tiny = `${name}-tiny:1`
  const place = join(folder, 'place')
  const [port] = await Promise.all([freePort(), importTiny(await localEngine(), tiny)])
  const host = { ...target, knownHosts: target.knownHosts[0], name: undefined, hostKeyAlias: undefined }
  const many = Array.from(
    { length: 40 },
    (_, i) => [`playbooks/main/out-many/${i}`, `${i} ${randomBytes(70_000).toString('base64')}`] as const,
  )
  const { dir, remove } = projectWith({
    'package.json': '{ "type": "module" }',
    'hosts.yaml': JSON.stringify({ hosts: { web: host } }),
    'playbooks/main/playbook.ts': playbook(name, place, port),
    'playbooks/main/src/page.txt': 'first',
    'playbooks/main/build.sh': 'mkdir -p out && cp src/page.txt out/local',
    // Cannot be packed, so that it takes as long as it is large.
    'playbooks/main/large.sh': 'mkdir -p out && head -c 30000000 /dev/urandom > out/large',
    'playbooks/main/image/Dockerfile': `FROM ${tiny}\nCOPY serve.pl /serve.pl\nCMD ["perl"]\n`,
    'playbooks/main/image/serve.pl': server,
    'playbooks/main/slow/Dockerfile': `FROM ${tiny}\nCOPY slow.pl /slow.pl\nRUN ["perl", "/slow.pl", "", "${name}"]\n`,
    'playbooks/main/slow/slow.pl': stubborn,
    ...Object.fromEntries(many),
  })
  return {
    dir,
    args: ['main', '--on', join(dir, 'hosts.yaml')],
    running: async () => {
      const lines = (await ask('ps', '-eo', 'pid,args')).split('\n')
      return lines.filter((line) => line.endsWith(` ${name}`) && !line.includes('/serve.pl'))
    },
    remove: async () => {
      await ask('sh', '-c', `docker ps -aq --filter name=${name} | xargs -r docker rm -f`)
      await ask('docker', 'rmi', '--force', `${name}:1`, tiny)
      remove()
    },
  }
}
