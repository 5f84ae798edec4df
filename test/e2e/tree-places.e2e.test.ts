import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { runCli } from '../support/cli.ts'
import { sshProject, type SshProject } from '../support/ssh-project.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'
import { cli } from '../support/the-cli.ts'

let sshd: Sshd
let project: SshProject
beforeAll(async () => {
  // What is noted there is not on this machine.
  sshd = await startSshd({}, [], { prepare: 'mount -t tmpfs none /var/lib' })
  const there = join(sshd.folder, 'www')
  project = sshProject(
    sshd.target,
    () => `return [tree(hosts.box, ${JSON.stringify(there)}, { from: './www' })]`,
  )
})
afterAll(async () => {
  project.remove()
  await sshd.stop()
})

const here = (path: string) => join(project.dir, 'www', path)
const there = (path: string) => join(sshd.folder, 'www', path)
const refresh = () => runCli(cli, project.args, { cwd: project.dir })

beforeEach(async () => {
  rmSync(join(project.dir, 'www'), { recursive: true, force: true })
  rmSync(join(sshd.folder, 'www'), { recursive: true, force: true })
  mkdirSync(here('a/b'), { recursive: true })
  writeFileSync(here('a/b/file'), 'in a folder')
  expect(await refresh()).toMatchObject({ code: 0 })
  rmSync(here('a'), { recursive: true })
  writeFileSync(here('a'), 'a file')
})

it('puts a file where it had a folder, and a folder where it had a file', async () => {
  expect(await refresh()).toMatchObject({ code: 0 })
  expect(readFileSync(there('a'), 'utf8')).toBe('a file')
  rmSync(here('a'))
  mkdirSync(here('a'))
  writeFileSync(here('a/file'), 'in a folder again')
  expect(await refresh()).toMatchObject({ code: 0 })
  expect(readFileSync(there('a/file'), 'utf8')).toBe('in a folder again')
})

it('leaves such a folder as it is where somebody else has put something there', async () => {
  writeFileSync(there('a/b/log'), 'of somebody else')
  const { code, stdout, stderr } = await refresh()
  expect(code).toBe(1)
  expect(stdout + stderr).toContain(
    `${there('a')} is a directory there, not a file, and holds what it did not put there: b/log`,
  )
  expect(readFileSync(there('a/b/file'), 'utf8')).toBe('in a folder')
})
