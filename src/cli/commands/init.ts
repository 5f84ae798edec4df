import { existsSync, realpathSync, statSync } from 'node:fs'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { ProvisionError } from '../../core/error.ts'
import { quote } from '../../core/quote.ts'
import { defineCommand } from '../call/command.ts'
import { placeNames } from '../call/globals.ts'
import { installedIn, isThisPackage, packageDir } from '../package-dir.ts'
import { devDependencies, starterFiles } from '../starter.ts'

const ownBox = join(packageDir, 'boxes/coreos')

export const command = defineCommand({
  summary: 'write a small project that works into this folder: a playbook, its box, and what types need',
  about: 'Never writes over anything: what is there already is kept.',
  args: [],
  options: {},
  without: placeNames,
  examples: [['provision init --dir ../shop', 'a project beside this folder; it says what to type next']],
  run: async (context) => {
    const dir = context.cwd
    if (existsSync(join(dir, 'playbooks'))) {
      throw new ProvisionError('usage', `${join(dir, 'playbooks')} is there already`, {
        help: 'run `provision plan` here, or init in another folder',
      })
    }
    if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() === false) {
      throw new ProvisionError('usage', `${dir} is a file, not a folder`, { help: 'name another folder' })
    }
    await mkdir(dir, { recursive: true })
    const spec = specFor(dir)
    const written: string[] = []
    const kept: string[] = []
    for (const [path, text] of Object.entries(starterFiles(basename(dir), spec))) {
      const list = (await writeNew(join(dir, path), text)) ? written : kept
      list.push(path)
    }
    const list = (await copyNew(ownBox, join(dir, 'boxes/coreos'))) ? written : kept
    list.push('boxes/coreos/')
    const next = [
      ...(context.globals.dir === undefined ? [] : [`cd ${quote(dir)}`]),
      ...(kept.includes('package.json') ? addingTo(dir, spec) : ['npm install']),
      'npx --no-install provision quickstart',
    ]
    context.answer('init', { dir, written, kept, next }, ({ style }) =>
      [
        ...written.map((path) => style.green(`+ ${path}`)),
        ...kept.map((path) => style.dim(`  ${path} is there already and is kept`)),
        '',
        style.dim('next:'),
        ...next.map((line) => `  ${style.bold(line)}`),
      ].join('\n'),
    )
    return 0
  },
})

/** What a package.json in a folder has to say to depend on this installation, and on no other of its name. */
const specFor = (dir: string): string => `file:${relative(realpathSync(dir), realpathSync(packageDir))}`

/** How npm adds to a package.json what ours would hold. */
function addingTo(dir: string, spec: string): string[] {
  const types = Object.entries(devDependencies).map(([name, range]) => `${name}@${range}`)
  return [
    ...(isThisPackage(installedIn(dir)) ? [] : [`npm install ${quote(spec)}`]),
    `npm install --save-dev ${types.map(quote).join(' ')}`,
  ]
}

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
