import { existsSync } from 'node:fs'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ProvisionError } from '../../core/error.ts'
import { defineCommand } from '../command.ts'
import { commandLineFor } from '../commandline.ts'
import { packageDir } from '../package-dir.ts'
import { starterFiles } from '../starter.ts'

const ownBox = join(packageDir, 'boxes/coreos')

export const command = defineCommand({
  summary: 'write a small working playbook and its box into this folder',
  about: 'Never writes over anything: what is there already is kept.',
  args: [],
  options: {},
  examples: [['mkdir shop && cd shop && provision init', 'then: provision quickstart']],
  run: async (context) => {
    const dir = context.cwd
    if (existsSync(join(dir, 'playbooks'))) {
      throw new ProvisionError('usage', `${join(dir, 'playbooks')} is there already`, {
        help: 'run `provision plan` here, or init in another folder',
      })
    }
    const written: string[] = []
    for (const [path, text] of Object.entries(starterFiles(basename(dir)))) {
      if (await writeNew(join(dir, path), text)) written.push(path)
    }
    if (await copyNew(ownBox, join(dir, 'boxes/coreos'))) written.push('boxes/coreos/')
    const next = commandLineFor(context.env, context.globals)('quickstart')
    context.answer('init', { dir, written }, ({ style }) =>
      [...written.map((path) => style.green(`+ ${path}`)), '', `next: ${style.bold(next)}`].join('\n'),
    )
    return 0
  },
})

async function writeNew(path: string, text: string): Promise<boolean> {
  if (existsSync(path)) return false
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text, { flag: 'wx' })
  return true
}

async function copyNew(from: string, to: string): Promise<boolean> {
  if (existsSync(to)) return false
  await cp(from, to, { recursive: true, force: false })
  return true
}
