import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { watchedBox } from '../../../src/cli/watch/box.ts'
import { lookAt } from '../../../src/engine/watch/look.ts'
import { differences } from '../../../src/engine/watch/snapshot.ts'
import { defineBox, definePlaybook } from '../../../src/index.ts'
import { settledFolder } from '../../support/folder.ts'

const files = {
  'boxes/own/Dockerfile': 'FROM debian:bookworm-slim',
  'boxes/own/rootfs/motd': 'one',
  'boxes/own/README.md': 'one',
  'boxes/own/.dockerignore': 'README.md',
  'playbooks/shop/www/index.html': 'one',
}

/** What a watch on a playbook hears of the edit of one file, and what of that is of the box. */
async function heardOf(file: string, build: string, on?: string) {
  const root = await settledFolder(files)
  const playbook = definePlaybook({
    name: 'shop',
    box: defineBox({ name: 'own', build: build === '' ? join(root, 'boxes/own') : build }),
    hosts: ['web'],
    resources: () => [],
  })
  const playbookDir = join(root, 'playbooks/shop')
  const box = watchedBox({ playbook, playbookFile: join(playbookDir, 'playbook.ts'), on })
  const look = () => lookAt({ builds: box.builds, playbookDir, playbookFiles: [] })
  const before = await look()
  await writeFile(join(root, file), 'FROM scratch # another')
  const edited = differences(before, await look())
  return [edited, box.among(edited)].map((paths) => paths.map((path) => path.slice(root.length + 1)))
}

it.each([
  ['boxes/own/Dockerfile', '', true],
  ['boxes/own/rootfs/motd', '../../boxes/own', true],
  ['boxes/own/README.md', '', false],
  ['playbooks/shop/www/index.html', '', false],
])('a watch hears of an edit of the box: %s in %j: %s', async (file, build, isHeard) => {
  expect(await heardOf(file, build)).toEqual(isHeard ? [[file], [file]] : [[], []])
})

it('a watch on hosts of a file hears of no box', async () => {
  expect(await heardOf('boxes/own/Dockerfile', '', 'hosts.yaml')).toEqual([[], []])
})
