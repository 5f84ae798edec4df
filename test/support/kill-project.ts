import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { localEngine } from '../../src/transport/docker/engine.ts'
import { scratch, type Scratch } from './scratch.ts'
import { importTiny } from './tiny-image.ts'

const killHosts = ['web', 'app', 'db'] as const

/** The places on hosts that the playbook fills. */
export const killPlaces = ['/srv/kill', '/etc/kill.conf', '/var/lib/provision']

/** A playbook with some of everything, in two versions between which an edit goes. */
export interface KillProject extends Scratch {
  /** Makes the sources those of a version. */
  readonly edit: (version: Version) => void
  /** The folder for temporary files of all calls. */
  readonly tmp: string
  readonly env: Readonly<Record<string, string>>
}

export type Version = 'a' | 'b'

const playbook = (prefix: string) => `
import { readFileSync } from 'node:fs'
import { artifact, command, container, definePlaybook, directory, file, image, network, push, tree, volume } from 'provision'
import box from '../../boxes/own.ts'
const version = readFileSync(new URL('version', import.meta.url), 'utf8')
const plain = image('${prefix}/plain:1', { build: './image' })
const inputs = ['src/**', '*.sh']
const page = artifact('page', { run: ['sh', 'page.sh'], cwd: '.', inputs, output: 'out/page.txt' })
const blob = artifact('blob', { run: ['sh', 'blob.sh'], cwd: '.', inputs, output: 'out/blob' })
const waits = (name) => ({
  image: plain, stopTimeout: '1s', ready: { log: '.', timeout: '20s' },
  command: ['perl', '-e', '$SIG{TERM} = sub { exit }; $| = 1; print "' + name + '\\n"; sleep 1 while 1'],
})
export default definePlaybook({ name: '${prefix}', box, hosts: ['web', 'app', 'db'], resources: ({ hosts: { web, app, db } }) => {
  const store = container(db, 'store', { ...waits('store'), mounts: { '/data': volume(db, 'data') } })
  const www = container(web, 'www', { ...waits('www'), env: { VERSION: version, DB: db.address },
    mounts: { '/www': tree(web, '/srv/kill/www', { from: './www' }) } }, { needs: [store] })
  const worker = container(app, 'worker', { ...waits('worker'), network: [network(app, 'inner'), network(app, 'outer')],
    mounts: { '/page.txt': push(app, page, { to: '/srv/kill/page.txt' }) } }, { needs: [store] })
  return [store, www, worker,
    push(db, blob, { to: '/srv/kill/blob' }),
    file(app, '/etc/kill.conf', { content: 'version ' + version, mode: version === 'a' ? 0o640 : 0o600, group: 'docker' }),
    directory(db, '/srv/kill/dir', { mode: version === 'a' ? 0o750 : 0o700 }),
    command(app, 'mark', { run: ['sh', '-c', 'echo done > /srv/kill/mark'], creates: '/srv/kill/mark' }, { needs: [worker] }),
    ...(version === 'a'
      ? [container(app, 'leaving', { ...waits('leaving'), network: network(app, 'going') }), file(app, '/srv/kill/leaving', { content: 'a' })]
      : [container(web, 'coming', waits('coming')), volume(web, 'coming')]),
  ]
} })`

/** Makes the project in version a; its hosts are not there yet. */
export async function killProject(): Promise<KillProject> {
  const project = scratch(...killHosts)
  const base = `${project.prefix}/base:1`
  await importTiny(await localEngine(), base)
  const tmp = join(dirname(project.dir), 'tmp')
  mkdirSync(tmp)
  const own = (path: string) => `playbooks/${project.prefix}/${path}`
  const edit = (version: Version): void => {
    project.write(own('version'), version)
    project.write(own('src/page.txt'), `page ${version}\n`)
    project.write(own('image/version'), version)
    for (let i = 0; i < 50; i++) {
      const folder = i % 3 === 0 ? 'css/' : i % 3 === 1 ? `deep/${i % 5}/` : ''
      project.write(own(`www/${folder}${i}.txt`), `file ${i} ${i % 7 === 0 ? version : ''}\n`)
    }
    // Both have files that the other one lacks.
    rmSync(join(project.dir, own(`www/only-${version === 'a' ? 'b' : 'a'}`)), {
      recursive: true,
      force: true,
    })
    project.write(own(`www/only-${version}/file`), version)
  }
  project.write(own('playbook.ts'), playbook(project.prefix))
  project.write(
    own('page.sh'),
    'mkdir -p out && cat src/page.txt > out/page.txt && sleep 0.1 && echo end >> out/page.txt\n',
  )
  // Large enough to be sent by itself, and mostly the same in both versions.
  project.write(own('blob.sh'), 'mkdir -p out && { seq 800000; cat src/page.txt; } > out/blob\n')
  project.write(own('image/Dockerfile'), `FROM ${base}\nCOPY version /version\n`)
  edit('a')
  return { ...project, edit, tmp, env: { TMPDIR: tmp } }
}
