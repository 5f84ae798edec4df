import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../bench/waiting.ts'
import { fill, temporaryFolder } from './folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Programs by which the benchmarks get to some point, and stay there. */
const stays = 'echo $$ > "$HELD"; exec sleep 300'
const program = (text: string) => ({ program: `#!/bin/sh\n${text}\n` })
const machines = {
  'looking for tools': { 'ansible-playbook': program(stays), docker: program('') },
  'describing the machine': {
    'ansible-playbook': program('exit 1'),
    docker: program(`[ "$1" != info ] || { ${stays}; }`),
  },
}

mkdirSync(join(root, '.provision'), { recursive: true })
const isOurs = (name: string) => name.startsWith('provision-')
const bundles = () => readdirSync(join(root, '.provision')).filter((name) => name.startsWith('bench-cli-'))

/** The benchmarks, held at a point, and the process that holds them. */
const hold = async (point: keyof typeof machines) => {
  const folder = temporaryFolder({ 'tmp/.keep': '' })
  fill(join(folder, 'bin'), machines[point])
  const env = {
    ...process.env,
    PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    ...{
      HELD: join(folder, 'held'),
      TMPDIR: join(folder, 'tmp'),
      DOCKER_HOST: 'unix:///nowhere/docker.sock',
    },
  }
  const argv = ['node_modules/.bin/jiti', 'test/bench/main.ts', '--only', 'help', '--runs', '1']
  const before = new Set(bundles())
  const isNew = (name: string) => !before.has(name)
  const bench = spawn(process.execPath, argv, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void bench.kill('SIGKILL'))
  const held = () => Number(readFileSync(env.HELD, 'utf8'))
  const isHeld = () => Promise.resolve().then(() => held() > 0)
  await until(point, isHeld, { signal: new AbortController().signal })
  const pid = held()
  onTestFinished(() => {
    if (lives(pid)) process.kill(pid, 'SIGKILL')
  })
  return { bench, pid, left: () => [...readdirSync(env.TMPDIR).filter(isOurs), ...bundles().filter(isNew)] }
}

const lives = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

type Bench = ChildProcessByStdio<null, Readable, Readable>

/** How they end by the signal, and all that they print from then on. */
const stop = async (bench: Bench, signal: NodeJS.Signals) => {
  let said = ''
  for (const stream of [bench.stdout, bench.stderr]) stream.on('data', (data) => (said += String(data)))
  bench.kill(signal)
  const ended: unknown = await once(bench, 'close')
  return { ended, said }
}

test.each<[NodeJS.Signals, number]>([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
])('%s before there is anything to measure: one line, and nothing is left', async (signal, code) => {
  const { bench, pid, left } = await hold('looking for tools')
  expect(lives(pid)).toBe(true)
  const said = `stopped by ${signal}: removing what was made\n`
  expect(await stop(bench, signal)).toEqual({ ended: [code, null], said })
  expect({ lives: lives(pid), left: left() }).toEqual({ lives: false, left: [] })
})

test('a second signal while what was made is removed changes nothing', async () => {
  const { bench, pid, left } = await hold('describing the machine')
  bench.stderr.once('data', () => bench.kill('SIGINT'))
  const said = 'stopped by SIGTERM: removing what was made\n'
  expect(await stop(bench, 'SIGTERM')).toEqual({ ended: [143, null], said })
  expect({ lives: lives(pid), left: left() }).toEqual({ lives: false, left: [] })
})

test('a terminal that is closed takes its output along, and what was started ends all the same', async () => {
  const { bench, pid, left } = await hold('describing the machine')
  bench.stdout.destroy()
  bench.stderr.destroy()
  bench.kill('SIGHUP')
  expect(await once(bench, 'exit')).toEqual([129, null])
  expect({ lives: lives(pid), left: left() }).toEqual({ lives: false, left: [] })
})
