import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SshTarget } from '../../src/core/host.ts'

/** A project whose one host, `box`, is an sshd of the test. */
export interface SshProject {
  readonly dir: string
  /** What to call the tool with. */
  readonly args: readonly string[]
  remove(): void
}

/** `body` is that of the playbook's `resources`, with `hosts.box` as the host. */
export function sshProject(
  { port, user, identityFile = '', knownHosts }: SshTarget,
  body: (dir: string) => string,
): SshProject {
  const dir = mkdtempSync(join(tmpdir(), 'provision-on-'))
  const write = (name: string, text: string): void => writeFileSync(join(dir, name), text)
  const known = JSON.stringify(knownHosts[0])
  write(
    'hosts.yaml',
    `hosts: { box: { address: 127.0.0.1, port: ${port}, user: ${user}, identityFile: ${identityFile}, knownHosts: ${known} } }`,
  )
  write('package.json', '{ "type": "module" }')
  // Nothing packs it much smaller.
  write('data', randomBytes(200_000).toString('base64').slice(0, 250_000))
  write(
    'playbook.ts',
    `import { command, defineBox, definePlaybook, file, tree } from 'provision'
const box = defineBox({ name: 'on', build: new URL('./', import.meta.url) })
export default definePlaybook({ name: 'on-${process.pid}', box, hosts: ['box'], resources: ({ hosts }) => {
${body(dir)}
} })`,
  )
  return {
    dir,
    args: ['refresh', './playbook.ts', '--on', 'hosts.yaml', '--plain'],
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}
