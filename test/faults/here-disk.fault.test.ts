import { spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { effort, tally } from '../support/faults.ts'
import { said, scratch, type Scratch } from '../support/scratch.ts'

const { points } = effort()

/** What is wrong with this machine, for one call alone: made in a mount namespace of its own, so nothing is left of it. */
interface Trouble {
  readonly title: string
  /** Runs before the call; `$P` is the project's folder, `$T` the one for temporary files. */
  readonly script: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What is said of it, where a run cannot go on. */
  readonly message?: RegExp
}

const full = (folder: string): string =>
  `mkdir -p "${folder}"; mount -t tmpfs -o size=256k none "${folder}"; dd if=/dev/zero of="${folder}/fill" bs=4k 2>/dev/null || :`
const noInodes = (folder: string): string =>
  `mkdir -p "${folder}"; mount -t tmpfs -o nr_inodes=2 none "${folder}"; touch "${folder}/fill" || :`
const readOnly = (folder: string): string =>
  `mkdir -p "${folder}"; mount --bind "${folder}" "${folder}"; mount -o remount,bind,ro "${folder}"`

/** A run that has to write cannot, and says so before it changes anything. */
const fatal: readonly Trouble[] = [
  {
    title: 'a full disk under .provision',
    script: full('$P/.provision'),
    message: /no space .* left.*nothing was changed/s,
  },
  { title: 'a read-only project folder', script: readOnly('$P'), message: /read-only.*nothing was changed/s },
  {
    title: 'no inode under .provision',
    script: noInodes('$P/.provision'),
    message: /no space .* left.*nothing was changed/s,
  },
  {
    title: 'a read-only .provision',
    script: readOnly('$P/.provision'),
    message: /read-only.*nothing was changed/s,
  },
  {
    title: 'a file in the place of .provision',
    script: 'mv "$P/.provision" "$P/.kept" 2>/dev/null || :; touch "$P/.provision"',
    message: /not a folder|cannot be written/,
  },
]

/** A run does what it has to, or says why it cannot: never half of it. */
const bearable: readonly Trouble[] = [
  { title: 'few file descriptors', script: 'ulimit -n 64' },
  { title: 'no HOME', script: ':', env: { HOME: undefined } },
  { title: 'a HOME that is not there', script: ':', env: { HOME: '/nonexistent' } },
  { title: 'a full disk for temporary files', script: full('$T') },
  { title: 'temporary files in a folder that is not there', script: ':', env: { TMPDIR: '/nonexistent' } },
  { title: 'hardly any file descriptors', script: 'ulimit -n 24' },
  { title: 'not enough file descriptors to read its own files', script: 'ulimit -n 20' },
  { title: 'no PATH to speak of', script: 'WAY=/nonexistent' },
]

describe('on a machine that cannot keep what a run has to keep', () => {
  let project: Scratch
  let temporary: string
  let tried = 0
  let edit = 0

  /** Writes a playbook that differs from the one before in a file and a container. */
  const write = (): string => {
    const word = `word-${edit++}`
    project.playbook(
      `return [file(one, '/etc/here', { content: '${word}' }), container(one, 'here', { image: tiny, env: { WORD: '${word}' }, command: ['sleep', '1000'], stopTimeout: '1s' })]`,
    )
    return word
  }
  const call = async ({ script, env }: Trouble, ...args: readonly string[]) => {
    tried += 1
    const vars = {
      ...process.env,
      NO_COLOR: '1',
      P: project.dir,
      T: temporary,
      WAY: process.env['PATH'] ?? '',
      TMPDIR: temporary,
      ...env,
    }
    const argv = [
      '--mount',
      'sh',
      '-euc',
      `PATH=/usr/bin:/bin; ${script}\n[ -z "$WAY" ] || export PATH="$WAY"\nexec "$@"`,
      'sh',
      process.execPath,
      project.cli.bin,
      ...args,
    ]
    // What is undefined is not set at all.
    const child = spawn('/usr/bin/unshare', argv, {
      cwd: project.dir,
      env: vars,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    expect(stdout + stderr).not.toMatch(/\n\s+at |bug of provision|UnhandledPromise/)
    return { code: child.exitCode, output: stdout + stderr }
  }
  /** What a run could have changed. */
  const state = async () => {
    const objects = await project.objects()
    return objects.length === 0
      ? []
      : [
          objects,
          await project.on(
            'one',
            'sh',
            '-c',
            'cat /etc/here; docker inspect -f "{{.Id}} {{.State.StartedAt}} {{.Config.Env}}" here; docker ps -aq',
          ),
        ]
  }

  beforeAll(async () => {
    project = scratch('one')
    temporary = realpathSync(mkdtempSync(join(tmpdir(), 'here-')))
    write()
    expect((await project.provision(['box', 'bake', '--plain'])).code).toBe(0)
  })
  afterAll(async () => {
    await project.remove()
    rmSync(temporary, { recursive: true, force: true })
    tally('calls on a machine with a fault', tried)
  })

  const some = fatal.slice(0, points(2, fatal.length - 1))

  it.each(some)('quickstart makes nothing: $title', async (trouble) => {
    const { code, output } = await call(trouble, 'quickstart', '--plain')
    expect(output).toMatch(trouble.message ?? /^/)
    expect(code).toBe(1)
    expect(await project.objects()).toEqual([])
  })

  it('is one that works else', async () => {
    const called = await project.provision(['quickstart', '--plain'])
    expect(said(called)).not.toMatch(/✖/)
    expect(called.code).toBe(0)
  })

  it.each(some)('refresh changes nothing: $title', async (trouble) => {
    const before = await state()
    write()
    const { code, output } = await call(trouble, 'refresh', '--plain')
    expect(output).toMatch(trouble.message ?? /^/)
    expect(code).toBe(1)
    expect(await state()).toEqual(before)
    // To ask, nothing has to be written.
    expect((await call(trouble, 'status', '--plain')).code).toBe(0)
  })

  it.each(bearable.slice(0, points(2, bearable.length)))(
    'refresh does all of it or nothing: $title',
    async (trouble) => {
      const before = await state()
      const word = write()
      const { code, output } = await call(trouble, 'refresh', '--plain')
      if (code === 0) {
        expect(await project.on('one', 'cat', '/etc/here')).toBe(word)
        expect(await project.on('one', 'docker', 'exec', 'here', 'printenv', 'WORD')).toBe(`${word}\n`)
      } else {
        expect(output).toMatch(/✖ .*\n/)
        expect(await state()).toEqual(before)
      }
    },
  )

  it('goes on as soon as it can', async () => {
    const word = write()
    expect((await project.provision(['refresh', '--plain'])).code).toBe(0)
    expect(await project.on('one', 'cat', '/etc/here')).toBe(word)
  })
})
