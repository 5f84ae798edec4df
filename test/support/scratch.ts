import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { inject } from 'vitest'
import { runCli, type BuiltCli } from './cli.ts'
import { cli } from './the-cli.ts'
import { eventsIn, type Called } from './project.ts'
import { ownName, removeBoxesAndImages } from './shared-box.ts'

const run = promisify(execFile)
const boxes = fileURLToPath(new URL('../../boxes', import.meta.url))

/** A project of a test's own, whose one playbook is rewritten from row to row. */
export interface Scratch {
  readonly dir: string
  /** Of all that the test makes on the engine of this machine: its box, its images, its nodes. */
  readonly prefix: string
  /** The name of its box. */
  readonly box: string
  readonly cli: BuiltCli
  write(path: string, content: string): void
  /** Writes the playbook: the body of its `resources`, and further options. */
  playbook(body: string, options?: string): void
  /** Calls the tool, without a terminal. */
  provision(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Called>
  /** Runs a command in a node, past our own code, and gives its output byte for byte. */
  on(host: string, ...argv: readonly string[]): Promise<string>
  /** What the engine has of this project: containers, networks and volumes. */
  objects(): Promise<readonly string[]>
  /** Destroys the environment and removes all else that the test has made. */
  remove(): Promise<void>
}

const prefix = ownName('etest')

/** A project with a box of its own, as tests need it that look at boxes, or take them away. */
export const scratch = (...hosts: readonly string[]): Scratch => scratchOf(prefix, hosts)

/** A project whose box is that of all tests of the run: the first one bakes it. */
export const scratchOnSharedBox = (...hosts: readonly string[]): Scratch =>
  scratchOf(inject('sharedBox'), hosts)

/** The folder has a name that shells, URLs, globs and Docker's filters misread; the box and its image are called `box`. */
function scratchOf(box: string, hosts: readonly string[]): Scratch {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'provision-e2e-')))
  const dir = join(root, `it's "my" $HOME \`pwd\` [größe], %s`)
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), content)
  }
  write('package.json', '{ "type": "module" }')
  write('tiny/Dockerfile', 'FROM debian:bookworm-slim\n')
  cpSync(boxes, join(dir, 'boxes'), { recursive: true })
  write(
    'boxes/own.ts',
    `import { defineBox } from 'provision'
export default defineBox({ name: '${box}', build: new URL('coreos/', import.meta.url) })`,
  )
  const nodes = `label=provision.project=${dir}`
  const provision: Scratch['provision'] = async (args, env = {}) => {
    const result = await runCli(cli, args, { cwd: dir, env: { ...process.env, ...env } })
    return { ...result, events: eventsIn(result.stdout) }
  }
  const playbook: Scratch['playbook'] = (body, more = '') =>
    write(
      `playbooks/${prefix}/playbook.ts`,
      `import * as everything from 'provision'
import box from '../../boxes/own.ts'
const { artifact, command, container, definePlaybook, directory, file, image, network, preload, push, text, tree, volume } = everything${/\bsecret\(/.test(body + more) ? '; const { secret } = everything' : ''}
const tiny = image('${box}/tiny', { build: '../../tiny' })
export default definePlaybook({ name: '${prefix}', box, hosts: [${hosts.map((host) => `'${host}'`).join()}], ${more}
resources: ({ hosts, params }: any) => {
const { ${hosts.join()} } = hosts
${body}
} })`,
    )
  const ask = async (...args: readonly string[]): Promise<string> => (await run('docker', args)).stdout
  return {
    dir,
    prefix,
    box,
    cli,
    write,
    provision,
    playbook,
    on: async (host, ...argv) => {
      const id = await ask('ps', '--quiet', '--filter', nodes, '--filter', `label=provision.host=${host}`)
      return ask('exec', id.trim(), ...argv)
    },
    objects: async () => {
      const lists = await Promise.all([
        ask('ps', '--all', '--format', '{{.Names}}', '--filter', nodes),
        ask('network', 'ls', '--format', '{{.Name}}', '--filter', nodes),
        ask('volume', 'ls', '--format', '{{.Name}}', '--filter', nodes),
      ])
      return lists.flatMap((names) => names.split('\n').filter((name) => name !== ''))
    },
    remove: async () => {
      playbook('return []')
      await provision(['destroy', '--yes'])
      await removeBoxesAndImages(prefix)
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** All that a call said, on one stream or the other. */
export const said = ({ stdout, stderr }: Called): string => stdout + stderr
