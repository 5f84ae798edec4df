import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Action } from '../../src/core/action.ts'
import { digestOf } from '../../src/core/digest.ts'
import { isProvisionError, type ProvisionError } from '../../src/core/error.ts'
import type { HostPort, Outcome, SshTarget } from '../../src/core/host.ts'
import { connectHost } from '../../src/transport/host.ts'
import type { ConnectOptions } from '../../src/transport/ssh/index.ts'
import { randomFrom } from './faults.ts'
import { never } from './transport.ts'

/** A bit of everything that is done on a host: files small and large, old and new, a command, questions before and after. */
export interface Job {
  readonly folder: string
  /** Does it all. */
  run(target: SshTarget, options?: ConnectOptions): Promise<Ended>
  /** How many files are as they were, as they should be, and neither. */
  look(): { readonly old: number; readonly new: number; readonly broken: readonly string[] }
  /** Names of temporary files and folders of ours in the folders of the job. */
  leftovers(): readonly string[]
}

export interface Ended {
  /** All that went wrong, each message once. */
  readonly errors: readonly ProvisionError[]
  readonly seconds: number
}

export interface JobOptions {
  /** Of the large file; 0 for none. Bytes. */
  readonly large?: number
  readonly small?: number
  /** Whose the files are. */
  readonly owner?: { readonly uid: number; readonly gid: number }
  /** Whether the command is to run as root. */
  readonly expectRoot?: boolean
}

/** Puts the old state of a job into a folder that it makes. */
export function hostJob(
  folder: string,
  seed: number,
  { large = 5_000_000, small = 30, owner, expectRoot = true }: JobOptions = {},
): Job {
  const place = join(folder, `job ${seed}`)
  const random = randomFrom(seed)
  const content = (size: number): Buffer<ArrayBuffer> => {
    const words = Uint32Array.from({ length: Math.ceil(size / 4) }, () => random() * 2 ** 32)
    return Buffer.from(words.buffer).subarray(0, size)
  }
  const names = Array.from({ length: small }, (_, i) =>
    i % 3 === 0 ? `sub ${i % 4}/file ü ${i}` : `file-${i}.conf`,
  )
  const wanted = new Map(
    names.map((name, i) => [name, { text: `new ${i}\n`.repeat(1 + i * 20), mode: i % 2 ? 0o640 : 0o755 }]),
  )
  const big = join(place, 'big.jar')
  const source = join(folder, `source ${seed}`)
  const before = new Map<string, Buffer<ArrayBuffer>>()
  const put = (path: string, bytes: Buffer<ArrayBuffer>): void => {
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, bytes)
    before.set(path, bytes)
  }
  mkdirSync(place, { recursive: true })
  // Half of the files are there already.
  names.forEach((name, i) => {
    if (i % 2 === 0) put(join(place, name), Buffer.from(`old ${i}\n`))
  })
  const bigNew = content(large)
  if (large > 0) {
    put(big, content(large + 1_000))
    writeFileSync(source, bigNew)
  }
  if (owner) giveAway(place, owner)
  const actions: readonly Action[] = [
    ...[...wanted].map(([name, { text, mode }]): Action => ({
      do: 'write',
      path: join(place, name),
      content: { from: 'text', text },
      digest: digestOf(text),
      size: Buffer.byteLength(text),
      mode,
      owner: undefined,
      group: undefined,
    })),
    ...(large > 0
      ? [
          {
            do: 'write',
            path: big,
            content: { from: 'file', path: source },
            digest: digestOf(bigNew),
            size: large,
            mode: 0o600,
            owner: undefined,
            group: undefined,
          } as const,
        ]
      : []),
  ]
  const log = join(place, 'command.log')
  const command: Action = {
    do: 'run',
    argv: [
      'sh',
      '-c',
      'echo "größe $1"; [ "$(id -u)" = 0 ] && echo root; echo ran >> "$2"',
      'sh',
      "it's",
      log,
    ],
    cwd: '/',
    env: { VALUE: 'a b' },
    timeout: 60_000,
  }
  const all = [...wanted].map(([name, { text, mode }]) => ({
    path: join(place, name),
    bytes: Buffer.from(text),
    mode,
  }))
  if (large > 0) all.push({ path: big, bytes: bigNew, mode: 0o600 })
  return {
    folder: place,
    run: (target, options) => carryOut(target, options, actions, command, expectRoot),
    look() {
      const broken: string[] = []
      const count = { old: 0, new: 0 }
      for (const { path, bytes, mode } of all) {
        const there = existsSync(path) ? readFileSync(path) : undefined
        if (there?.equals(bytes) === true && (statSync(path).mode & 0o7777) === mode) count.new++
        else if (there === undefined ? !before.has(path) : before.get(path)?.equals(there) === true)
          count.old++
        else broken.push(path)
      }
      return { ...count, broken }
    },
    leftovers: () =>
      readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.includes('.provision-'),
      ),
  }
}

function giveAway(folder: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  chownSync(folder, uid, gid)
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    chownSync(join(folder, name), uid, gid)
}

async function carryOut(
  target: SshTarget,
  options: ConnectOptions | undefined,
  actions: readonly Action[],
  command: Action,
  expectRoot: boolean,
): Promise<Ended> {
  const started = performance.now()
  const errors = new Map<string, ProvisionError>()
  const note = (error: unknown): void => {
    if (!isProvisionError(error)) throw error
    errors.set(error.message, error)
  }
  const noteAll = (outcomes: readonly Outcome[]): void =>
    outcomes.forEach((outcome) => {
      if (!outcome.ok) note(outcome.error)
    })
  let host: HostPort | undefined
  try {
    host = await connectHost(target, never, options)
    const stats = actions.flatMap((action) =>
      action.do === 'write' ? [{ ask: 'stat', path: action.path } as const] : [],
    )
    await host.probe([...stats, { ask: 'command', argv: ['echo', 'before'] }], never)
    noteAll(await host.perform(actions, never))
    if (errors.size === 0) {
      const [outcome] = await host.perform([command], never)
      if (outcome) noteAll([outcome])
      const output = outcome?.ok === true ? outcome.output : undefined
      const expected = `größe it's\n${expectRoot ? 'root\n' : ''}`
      if (outcome?.ok === true && output?.includes(expected.trim()) !== true)
        throw new Error(`the command wrote ${JSON.stringify(output)}`)
      const after = await host.probe(
        [...stats, { ask: 'command', argv: ['sh', '-c', 'echo "ä after"'] }],
        never,
      )
      if (!JSON.stringify(after.at(-1)).includes('ä after'))
        throw new Error(`probed ${JSON.stringify(after)}`)
      actions.forEach((action, i) => {
        const answer = after[i]
        const digest = typeof answer === 'object' && 'digest' in answer ? answer.digest : undefined
        if (action.do === 'write' && digest !== action.digest)
          throw new Error(`${action.path}: probed ${JSON.stringify(answer)}`)
      })
    }
  } catch (error) {
    note(error)
  } finally {
    await host?.close()
  }
  return { errors: [...errors.values()], seconds: (performance.now() - started) / 1000 }
}
