import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { said, scratchOnSharedBox, type Scratch } from '../support/scratch.ts'

let project: Scratch
const containers = (): Promise<string> => project.on('one', 'docker', 'ps', '--format', '{{.ID}} {{.Names}}')
const folder = (name: string): string => join(project.dir, 'playbooks', name)

beforeAll(async () => {
  project = scratchOnSharedBox('one')
  project.playbook(
    `return [container(one, 'web', { image: tiny, command: ['sleep', '1000'], stopTimeout: '1s' })]`,
  )
  const made = await project.provision(['quickstart', '--plain'])
  expect(made.code, said(made)).toBe(0)
  cpSync(folder(project.prefix), folder('copy'), { recursive: true })
})
afterAll(() => {
  // The only one is the one that is meant.
  rmSync(folder('copy'), { recursive: true })
  return project.remove()
})

describe('a copy of a playbook with the same name', () => {
  it.each([
    ['plan', 'copy'],
    ['refresh', 'copy'],
    ['quickstart', 'copy'],
    ['stop', 'copy'],
    ['destroy', 'copy', '--yes'],
  ])('is refused before anything changes: %s', async (...args) => {
    const before = await containers()
    const called = await project.provision([...args, '--plain'])
    expect(said(called)).toMatch(
      /✖ environment \S+ is that of playbooks\/\S+, and playbooks\/copy\/playbook.ts is called/,
    )
    expect(called.code).toBe(1)
    expect(await containers()).toBe(before)
  })

  it('keeps nobody from going on with the other, and goes on in its place once that is gone', async () => {
    const before = await containers()
    expect((await project.provision(['refresh', project.prefix, '--plain'])).code).toBe(0)
    rmSync(folder(project.prefix), { recursive: true })
    const called = await project.provision(['refresh', '--plain'])
    expect(said(called)).toMatch(/nothing to do/)
    expect(await containers()).toBe(before)
  })
})
