import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findPlaybook, projectAround } from '../../../src/cli/playbook/project.ts'
import { temporaryFolder } from '../../support/folder.ts'

/** A project, a link to it, and a playbook in it whose folder is a link to one that lies elsewhere. */
function linked(): string {
  return temporaryFolder({
    'elsewhere/playbook.ts': '',
    'project/package.json': '{ "provision": { "playbook": "app" } }',
    'project/playbooks/app/playbook.ts': '',
    'project/playbooks/away': { linkTo: '../../elsewhere' },
    link: { linkTo: 'project' },
  })
}

test.each([
  ['by name', 'app', 'link', 'project/playbooks/app/playbook.ts'],
  ['by default', undefined, 'link', 'project/playbooks/app/playbook.ts'],
  ['by a path', 'link/playbooks/app', '.', 'project/playbooks/app/playbook.ts'],
  ['by the path of its file', 'link/playbooks/app/playbook.ts', '.', 'project/playbooks/app/playbook.ts'],
  ['from a folder below', undefined, 'link/playbooks', 'project/playbooks/app/playbook.ts'],
  // A link within the project is a part of it.
  ['in a linked folder, by name', 'away', 'link', 'project/playbooks/away/playbook.ts'],
  ['in a linked folder, by a path', 'link/playbooks/away', '.', 'project/playbooks/away/playbook.ts'],
])('a project on the way of a link is the project itself: %s', (_, wanted, cwd, file) => {
  const root = linked()
  const found = findPlaybook(wanted, join(root, cwd))
  const real = realpathSync(root)
  expect(found).toEqual({ file: join(real, file), projectDir: join(real, 'project') })
})

test('so is that of a box', () => {
  const root = linked()
  expect(projectAround(join(root, 'link'))?.dir).toBe(join(realpathSync(root), 'project'))
})

test('which of several playbooks is meant is asked for in the way that every command takes', () => {
  const root = temporaryFolder({ 'playbooks/app/playbook.ts': '', 'playbooks/shop/playbook.ts': '' })
  expect(() => findPlaybook(undefined, root)).toThrow(
    expect.objectContaining({
      message: `which playbook? ${join(realpathSync(root), 'playbooks')} has app, shop`,
      help: 'add --playbook app, or put "provision": { "playbook": "app" } into package.json',
    }),
  )
})
