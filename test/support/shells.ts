import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { inject } from 'vitest'

/** A POSIX shell with the tools that belong to it. */
export interface Shell {
  readonly title: string
  readonly argv: readonly [string, ...string[]]
  /** A folder with the tools to use instead of this machine's. */
  readonly tools?: string
}

const candidates: readonly Shell[] = [
  { title: 'sh', argv: ['sh'] },
  { title: 'dash', argv: ['dash'] },
  { title: 'bash', argv: ['bash'] },
  { title: 'bash as sh', argv: ['bash', '--posix'] },
  { title: 'busybox', argv: ['busybox', 'sh'] },
]

const answers = ({ argv: [file, ...args] }: Shell): boolean => {
  try {
    execFileSync(file, [...args, '-c', 'exit 0'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Busybox as the whole system, with its own stat, tar, mv and the rest. */
function busyboxOnly(shell: Shell): Shell {
  const tools = inject('busybox')
  return shell.title === 'busybox' ? { ...shell, argv: [join(tools, 'sh')], tools } : shell
}

/** Those of this machine. */
export const shells = candidates.filter(answers).map(busyboxOnly)

/** What a script writes when a shell runs it as a host does. */
export function runIn(
  { argv: [file, ...args], tools }: Shell,
  script: string,
  stdin: Uint8Array | AsyncIterable<Uint8Array>,
  onStdout: (chunk: Buffer) => void = () => undefined,
): Promise<{ code: number | null; stdout: Buffer; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args, '-c', script], {
      env: { ...process.env, ...(tools === undefined ? {} : { PATH: tools }) },
    })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => {
      stdout.push(chunk)
      onStdout(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.stdin.on('error', () => undefined)
    child.on('error', reject)
    const feeding = feed(child.stdin, stdin)
    feeding.catch(() => undefined)
    child.on('close', (code) => {
      const done = { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }
      feeding.then(() => resolve(done), reject)
    })
  })
}

async function feed(
  input: NodeJS.WritableStream,
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  try {
    if (bytes instanceof Uint8Array) input.write(bytes)
    else for await (const chunk of bytes) input.write(chunk)
  } finally {
    // As a connection ends what it can give nothing more.
    input.end()
  }
}
