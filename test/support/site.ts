import { join } from 'node:path'
import { localEngine } from '../../src/transport/docker/engine.ts'
import { releaseKept } from './kept.ts'
import { runCli } from './cli.ts'
import { projectWith } from './playbook-folder.ts'
import { ask } from './project.ts'
import { freePort, type Sshd } from './sshd.ts'
import { cli } from './the-cli.ts'
import { importTiny } from './tiny-image.ts'

/** Serves the files of /www, and says each path that it is asked for. */
export const server = `use IO::Socket::INET; $| = 1; $SIG{TERM} = sub { exit };
my $l = IO::Socket::INET->new(Listen => 20, LocalPort => 80, ReuseAddr => 1) or die $!;
while (my $c = $l->accept) {
  my ($path) = (<$c> =~ m{^GET (/\\S*)}); print "asked for $path\\n"; while (<$c> =~ /\\S/) {}
  local $/; my $ok = open my $f, '<', "/www$path"; my $body = $ok ? <$f> : 'none';
  printf $c "HTTP/1.1 %s\\r\\nContent-Length: %d\\r\\nConnection: close\\r\\n\\r\\n%s",
    $ok ? '200 OK' : '404 Not Found', length $body, $body; close $c;
}
`

const playbook = (name: string, place: string, port: number): string => `
import { artifact, container, defineBox, definePlaybook, image, push, tree } from 'provision'
import { motto } from './parts/motto.ts'
const page = artifact('page', { run: ['sh', 'build.sh'], cwd: '.', inputs: ['src/**', '*.sh'], output: 'out/page.txt' })
export default definePlaybook({
  name: '${name}',
  box: defineBox({ name: 'none', build: new URL('.', import.meta.url) }),
  hosts: ['web'],
  resources: ({ hosts: { web } }) => [
    push(web, page, { to: '${place}/page.txt' }),
    container(web, '${name}', {
      image: image('${name}:1', { build: './image' }),
      ports: { http: 80 }, publish: { http: ${port} }, env: { MOTTO: motto },
      mounts: { '/www': tree(web, '${place}/www', { from: './www' }) },
      ready: { http: '/index.html', port: 'http', timeout: '4s' },
      stopTimeout: '1s',
    }),
  ],
})
`

/** A small web site: a folder, an artifact and a container on a plain host, which is this machine behind a test's sshd. */
export interface Site {
  readonly dir: string
  /** Where its container answers on this machine. */
  readonly port: number
  /** What calls of the tool need to find it. */
  readonly args: readonly string[]
  /** Removes it, with what runs of it. */
  readonly remove: () => Promise<void>
}

/** Makes a site whose container, image and playbook have this name. */
export async function makeSite(name: string, { target, folder }: Sshd): Promise<Site> {
  const tiny = `${name}-tiny:1`
  const [port] = await Promise.all([freePort(), importTiny(await localEngine(), tiny)])
  const host = { ...target, knownHosts: target.knownHosts[0], name: undefined, hostKeyAlias: undefined }
  const { dir, remove } = projectWith({
    'package.json': '{ "type": "module" }',
    'hosts.yaml': JSON.stringify({ hosts: { web: host } }),
    'playbooks/site/playbook.ts': playbook(name, folder, port),
    'playbooks/site/parts/motto.ts': "export const motto = 'first'",
    'playbooks/site/www/index.html': 'first',
    'playbooks/site/src/page.txt': 'first',
    'playbooks/site/build.sh': 'mkdir -p out && cp src/page.txt out/page.txt && echo built >> out/builds',
    'playbooks/site/image/Dockerfile': `FROM ${tiny}\nCOPY serve.pl /serve.pl\nCMD ["perl", "/serve.pl"]\n`,
    'playbooks/site/image/serve.pl': server,
  })
  const args = ['site', '--on', join(dir, 'hosts.yaml')]
  return {
    dir,
    port,
    args,
    remove: async () => {
      await runCli(cli, ['destroy', ...args, '--yes'], { cwd: dir })
      await releaseKept(dir)
      await ask('docker', 'rmi', '--force', `${name}:1`, tiny)
      remove()
    },
  }
}
