import type Dockerode from 'dockerode'
import { execFile, spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'
import { finished } from 'node:stream/promises'
import { promisify } from 'node:util'
import { pack } from 'tar-stream'

const run = promisify(execFile)

/**
 * Makes an image of a few megabytes that has `perl` and `sh` and nothing else, out of this machine's own programs, so
 * that a test needs neither a registry nor an image that somebody else made.
 */
export async function importTiny(engine: Dockerode, ref: string): Promise<void> {
  const folders = (await run('perl', ['-e', 'print join "\\n", grep { /perl-base$/ && -d } @INC'])).stdout
  const programs = ['/usr/bin/perl', '/bin/sh']
  const libraries = await Promise.all(
    programs.map(async (program) => (await run('ldd', [program])).stdout.match(/\/\S+/g) ?? []),
  )
  const paths = new Set([...programs, ...libraries.flat(), ...folders.split('\n')])
  const tar = spawn('tar', ['-C', '/', '-chf', '-', ...[...paths].map((path) => path.slice(1))], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [repo, tag] = ref.split(':')
  const answer = await engine.importImage(tar.stdout, { repo, tag, fromSrc: '-' })
  answer.resume()
  await finished(answer)
}

/** Makes an image that has one more layer, holding a file. */
export async function addLayer(
  engine: Dockerode,
  from: string,
  ref: string,
  file: { readonly name: string; readonly content: string },
): Promise<void> {
  const container = await engine.createContainer({ Image: from, Cmd: ['true'] })
  try {
    const tar = pack()
    tar.entry({ name: file.name }, file.content)
    tar.finalize()
    await container.putArchive(await buffer(tar), { path: '/' })
    const [repo, tag] = ref.split(':')
    await container.commit({ repo, tag })
  } finally {
    await container.remove()
  }
}

/** A perl program that serves HTTP on a port, after so many seconds, with these statuses one after the other. */
export const httpServer = (port: number, after: number, ...statuses: readonly string[]): string[] => [
  'perl',
  '-MIO::Socket::INET',
  '-e',
  `$| = 1; select undef, undef, undef, ${after};
   my @s = map { s/_/ /gr } qw(${statuses.map((status) => status.replaceAll(' ', '_')).join(' ')});
   my $l = IO::Socket::INET->new(Listen => 9, LocalPort => ${port}, ReuseAddr => 1) or die $!;
   print "listening\\n";
   while (my $c = $l->accept) {
     my $line = <$c>; $line =~ s/\\s+$//; print "$line\\n";
     my $status = @s > 1 ? shift @s : $s[0];
     print $c "HTTP/1.1 $status\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n"; close $c;
   }`,
]
