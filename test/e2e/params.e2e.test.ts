import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeProject, type Project } from '../support/project.ts'

let project: Project

beforeAll(async () => {
  project = await makeProject('hash-collision')
  const file = join(project.dir, 'playbooks/hash-collision/playbook.ts')
  const secret = "params: { password: { type: 'secret', env: 'PROVISION_TEST_UNSET' },"
  await writeFile(file, (await readFile(file, 'utf8')).replace('params: {', secret))
})
afterAll(() => project.remove())

it.each<[string, string[], number]>([
  ['what evaluates the playbook needs its params', ['refresh', '--plain'], 2],
  ['what only asks for what the playbook lists needs no secret', ['status', '--plain'], 0],
  ['hosts can be removed without them', ['destroy', '--yes', '--plain'], 0],
])('%s', async (_, args, code) => {
  const called = await project.provision(...args)
  expect([called.code, code === 2]).toEqual([
    code,
    (called.stdout + called.stderr).includes('PROVISION_TEST_UNSET'),
  ])
})
