import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manifestPath } from '../../src/core/mirror/manifest.ts'
import { resourceId } from '../../src/core/resource.ts'
import { localEngine } from '../../src/transport/docker/engine.ts'
import type { BuiltCli } from './cli.ts'
import { releaseKept } from './kept.ts'
import { startLive, type Live } from './live.ts'
import { projectWith } from './playbook-folder.ts'
import { ask } from './project.ts'
import type { Sshd } from './sshd.ts'
import { importTiny } from './tiny-image.ts'

/** Where several people deploy one playbook to one host, which is this machine behind a test's sshd. */
export interface Team {
  /** On the host: all that the playbook writes there. */
  readonly place: string
  /** Starts a run of one of them, from a project folder of his own. His name is in all that he writes. */
  readonly run: (who: string, args: readonly string[], hold?: number) => Live
  /** Replaces the script by which one of them builds what he sends. */
  readonly buildBy: (who: string, script: string) => void
  /** What is kept here of the runs of one of them: journals and capsules, all as one text. */
  readonly told: (who: string) => string
  /** Who began and ended his command, line by line. */
  readonly log: () => readonly string[]
  /** All that is on the host of the playbook: files with content, mode and time, and containers. */
  readonly look: () => Promise<string>
  readonly remove: () => Promise<void>
}

const playbook = (name: string, place: string) => `
import { artifact, command, container, defineBox, definePlaybook, file, image, push, text, tree } from 'provision'
const blob = artifact('blob', { run: ['sh', 'blob.sh'], cwd: '.', inputs: ['blob.sh', 'who'], output: 'out/blob' })
export default definePlaybook({
  name: '${name}',
  box: defineBox({ name: 'none', build: new URL('.', import.meta.url) }),
  hosts: ['web'],
  params: { who: { type: 'string', default: 'nobody' }, hold: { type: 'int', default: 0 }, place: { type: 'string', default: '${place}' } },
  resources: ({ hosts: { web }, params: { who, hold, place } }) => {
    const first = file(web, place + '/first', { content: who })
    const slow = command(web, 'slow', {
      run: ['sh', '-c', 'echo begin ' + who + ' >>log; sleep ' + hold + '; echo end ' + who + ' >>log; echo ' + who + ' >slow'],
      cwd: place, unless: ['grep', '-qx', who, place + '/slow'],
    }, { needs: [first] })
    const all = [first, slow,
      tree(web, place + '/www', { from: './www' }, { needs: [slow] }),
      file(web, place + '/last', { content: who }, { needs: [slow] })]
    return place === '${place}' ? [...all,
      push(web, blob, { to: place + '/blob' }, { needs: [slow] }),
      container(web, '${name}', { image: image('${name}:1', { build: './image' }), env: { WHO: who }, stopTimeout: '1s',
        command: ['perl', '-e', '$SIG{TERM} = sub { exit }; sleep 1000'] }, { needs: [slow] })] : all
  },
})
`

/** The container and the image of the playbook have this name. */
export async function makeTeam(cli: BuiltCli, { target, folder }: Sshd, name: string): Promise<Team> {
  const tiny = `${name}-tiny:1`
  await importTiny(await localEngine(), tiny)
  const place = join(folder, 'team')
  mkdirSync(place)
  const host = { ...target, knownHosts: target.knownHosts[0], name: undefined, hostKeyAlias: undefined }
  const folders = new Map<string, ReturnType<typeof projectWith>>()
  const projectOf = (who: string) => {
    const known = folders.get(who)
    if (known) return known
    const files = Array.from({ length: 20 }, (_, i): [string, string] => [
      `playbooks/team/www/${i}`,
      `${i % 2 === 0 ? who : ''} ${i}`,
    ])
    const made = projectWith({
      'package.json': '{ "type": "module" }',
      'hosts.yaml': JSON.stringify({ hosts: { web: host } }),
      'playbooks/team/playbook.ts': playbook(name, place),
      'playbooks/team/image/Dockerfile': `FROM ${tiny}\nCMD ["true"]\n`,
      'playbooks/team/who': ownerLine(who, name),
      // Large enough to be sent by itself.
      'playbooks/team/blob.sh': 'mkdir -p out && { cat who; seq 900000; } > out/blob\n',
      ...Object.fromEntries(files),
    })
    folders.set(who, made)
    return made
  }
  return {
    place,
    run: (who, args, hold = 0) => {
      const { dir } = projectOf(who)
      const given = ['--on', join(dir, 'hosts.yaml'), '--param', `who=${who}`, '--param', `hold=${hold}`]
      return startLive(cli, [...args, 'team', ...given], dir)
    },
    buildBy: (who, script) => writeFileSync(join(projectOf(who).dir, 'playbooks/team/blob.sh'), script),
    told: (who) => {
      const state = join(projectOf(who).dir, '.provision')
      const paths = readdirSync(state, { recursive: true, encoding: 'utf8' }).map((path) => join(state, path))
      const journals = paths.filter((path) => path.endsWith('.jsonl') && statSync(path).isFile())
      return [...paths, ...journals.map((path) => readFileSync(path, 'utf8'))].join('\n')
    },
    log: () => {
      try {
        return readFileSync(join(place, 'log'), 'utf8').split('\n').slice(0, -1)
      } catch {
        return []
      }
    },
    async look() {
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
      const elsewhere = [
        manifestOf(name, place),
        ...uploadsOf([...folders.keys()].map((who) => ownerLine(who, name))),
      ]
      const facts = [...files.map((path) => join(folder, path)), ...elsewhere].map((path) => {
        const stat = statSync(path)
        const { mode, mtimeMs, ino } = stat
        const digest = stat.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''
        return `${path} ${mode} ${mtimeMs} ${ino} ${digest}`
      })
      const containers = await ask('docker', 'ps', '-aq', '--no-trunc', '--filter', `name=${name}`)
      return [...facts, containers].join('\n')
    },
    async remove() {
      for (const { dir } of folders.values()) await releaseKept(dir)
      await ask('sh', '-c', `docker ps -aq --filter name=${name} | xargs -r docker rm -f`)
      await ask('docker', 'rmi', '--force', `${name}:1`, tiny)
      for (const { remove } of folders.values()) remove()
    },
  }
}

/** Where the host notes what of the tree is the playbook's. */
const manifestOf = (playbook: string, place: string): string =>
  manifestPath(
    { playbook, environment: playbook },
    resourceId({ kind: 'tree', host: 'web', name: `${place}/www` }),
  )

/** How a blob begins. */
const ownerLine = (who: string, playbook: string): string => `${who} of ${playbook}\n`

/** What has come of blobs that begin so to the folders of large files, in which other tests on this machine have theirs. */
function uploadsOf(starts: readonly string[]): readonly string[] {
  return ['/var/lib/provision/upload-root', '/root/.provision-upload']
    .flatMap((root) =>
      orNone(() => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) => join(root, path))),
    )
    .filter((path) =>
      starts.some((start) =>
        orNone(() => [readFileSync(path, 'latin1')]).some((text) => text.includes(start)),
      ),
    )
}

/** Nothing where it is not there, is a folder, or has gone meanwhile. */
function orNone<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read()
  } catch {
    return []
  }
}
