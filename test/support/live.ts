import { spawn, type ChildProcess } from 'node:child_process'
import { vi } from 'vitest'
import type { BuiltCli } from './cli.ts'

type Told = Readonly<Record<string, unknown>>

/** The tool while it runs, telling events. */
export interface Live {
  /** All events so far. */
  readonly events: () => readonly Told[]
  /** All that it said so far. */
  readonly text: () => string
  /** Waits until it has told of so many events of a kind. */
  readonly until: (event: string, count: number) => Promise<void>
  /** Waits until an event is the last one that it told. */
  readonly untilLast: (event: string) => Promise<void>
  readonly count: (event: string) => number
  readonly kill: (signal: NodeJS.Signals) => void
  /** What it exits with. */
  readonly ended: Promise<number | null>
}

const patience = 60_000

/** Starts the tool as a process of its own, with `--json` and without a terminal. */
export function startLive({ bin }: BuiltCli, args: readonly string[], cwd: string): Live {
  const child = spawn(process.execPath, [bin, ...args, '--json'], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const text = textOf(child)
  const events = () => text().split('\n').slice(0, -1).map(parsed)
  const count = (event: string) => events().filter((one) => one['event'] === event).length
  return {
    events,
    text,
    count,
    until: (event, least) => waitFor(() => count(event), least, `events ${event}`),
    untilLast: (event) =>
      waitFor(() => (events().at(-1)?.['event'] === event ? 1 : 0), 1, `last event ${event}`),
    kill: (signal) => void child.kill(signal),
    ended: new Promise((resolve) => child.once('close', resolve)),
  }
}

async function waitFor(count: () => number, least: number, what: string): Promise<void> {
  const check = () => {
    if (count() < least) throw new Error(`${what}: ${count()} of ${least} so far`)
  }
  await vi.waitFor(check, { timeout: patience, interval: 10 })
}

function parsed(line: string): Told {
  const value: unknown = JSON.parse(line)
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}

function textOf({ stdout }: ChildProcess): () => string {
  let text = ''
  stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  return () => text
}

/** The tool at a terminal, which `script` of util-linux makes. */
export interface AtTerminal {
  readonly press: (keys: string) => void
  /** Waits until the screen has got a text since the last time that something was waited for. */
  readonly sees: (text: string) => Promise<void>
  readonly ended: Promise<number | null>
}

const lineOf = ({ bin }: BuiltCli, args: readonly string[]): string =>
  [process.execPath, bin, ...args].map((word) => `'${word}'`).join(' ')

export const startAtTerminal = (cli: BuiltCli, args: readonly string[], cwd: string): AtTerminal =>
  atTerminal(lineOf(cli, args), cwd)

/** The same as a job of a shell that tells how it was stopped, and goes on with it when Enter is pressed. */
export const startAsJob = (cli: BuiltCli, args: readonly string[], cwd: string): AtTerminal =>
  atTerminal(`bash -m -c "${lineOf(cli, args)}; echo stopped by \\$?; read -r enter; fg"`, cwd)

function atTerminal(line: string, cwd: string): AtTerminal {
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', line, '/dev/null'], {
    cwd,
    env: { ...process.env, TERM: 'xterm', CI: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const text = textOf(child)
  let seen = 0
  return {
    press: (keys) => void child.stdin.write(keys),
    sees: async (wanted) => {
      await waitFor(() => (text().includes(wanted, seen) ? 1 : 0), 1, `on the screen: ${wanted}`)
      seen = text().indexOf(wanted, seen) + wanted.length
    },
    ended: new Promise((resolve) => child.once('close', resolve)),
  }
}
