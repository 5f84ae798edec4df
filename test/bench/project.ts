import { appendFile, cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { benchLabel } from './clear.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The images of the reference playbook. */
export const images = ['jdk', 'jre', 'nginx', 'rabbitmq'] as const

/** Where the reference playbook lies in a project. */
export const playbookIn = (dir: string): string => join(dir, 'playbooks/hash-collision')

/** A copy of the reference playbook to edit, whose images and box have names of their own. */
export async function copyProject(id: string): Promise<string> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), `provision-${id}-`)))
  try {
    const isSource = (path: string) => !/\/(build|\.provision)$/.test(path)
    const parts = ['package.json', 'boxes', 'playbooks/hash-collision']
    const copies = parts.map((part) =>
      cp(join(root, part), join(dir, part), { recursive: true, filter: isSource }),
    )
    await Promise.all(copies)
    await edit(join(playbookIn(dir), 'playbook.ts'), /image\('hash-collision\//g, `image('${id}/`)
    await edit(join(dir, 'boxes/coreos/box.ts'), /name: 'coreos'/g, `name: '${id}'`)
    const labelled = ['boxes/coreos', ...images.map((name) => `playbooks/hash-collision/images/${name}`)]
    for (const part of labelled)
      await appendFile(join(dir, part, 'Dockerfile'), `\nLABEL ${benchLabel}=${id}\n`)
  } catch (error) {
    await rm(dir, { recursive: true, force: true })
    throw error
  }
  return dir
}

/** @throws Error when there is nothing to replace: an edit that edits nothing would measure nothing */
export async function edit(file: string, what: RegExp, by: string): Promise<void> {
  const before = await readFile(file, 'utf8')
  const after = before.replace(what, by)
  if (after === before) throw new Error(`${file}: nothing in it matches ${String(what)}`)
  await writeFile(file, after)
}
