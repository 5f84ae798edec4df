import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { said, scratch, type Scratch } from '../support/scratch.ts'

const run = promisify(execFile)

describe('a node that is not as the playbook has it', () => {
  let project: Scratch

  const declare = (hosts: string): void => {
    const path = `playbooks/${project.prefix}/playbook.ts`
    project.write(
      path,
      `import box from '../../boxes/own.ts'
import { definePlaybook, file } from 'provision'
export default definePlaybook({ name: '${project.prefix}', box, hosts: ${hosts},
  resources: ({ hosts }: any) => Object.values(hosts).map((host: any) => file(host, '/etc/x', { content: 'x' })) })`,
    )
  }
  const told = async (...args: readonly string[]): Promise<string> =>
    said(await project.provision([...args, '--plain']))

  beforeAll(async () => {
    project = scratch('one')
    declare(`['one', 'two']`)
    expect((await project.provision(['quickstart', '--plain'])).code).toBe(0)
  })
  afterAll(() => project.remove())

  it('is planned only once it runs, where it is stopped', async () => {
    await project.provision(['stop'])
    const plan = await told('plan')
    expect(plan).toMatch(/one, two are stopped: what is on them is not known until they run; .* start/)
    expect(plan).toMatch(/refresh .*starts what is stopped/)
    expect((await project.provision(['plan', '--exit-code'])).code).toBe(2)
    expect(await told('refresh')).toMatch(/nothing to do, 2 as they should be/)
  })

  it('is made by quickstart, where it is missing', async () => {
    const [two] = (await project.objects()).filter((name) => name.endsWith('-two'))
    await run('docker', ['rm', '--force', two ?? ''])
    expect(await told('plan')).toMatch(/two is missing: planned as if empty[^]*quickstart .*carries it out/)
    expect((await project.provision(['quickstart'])).code).toBe(0)
  })

  it('is told with what removes it, where its host is in the playbook no more', async () => {
    declare(`['one']`)
    for (const command of ['plan', 'refresh', 'quickstart', 'status'])
      expect(await told(command)).toMatch(
        /two is not in the playbook any more, but its node is still running/,
      )
    expect(await told('status')).toMatch(/two +running +\S+ +not in the playbook any more/)
    // Without a terminal it is not asked, but told.
    const asked = await project.provision(['destroy'])
    expect(said(asked)).toContain('the hosts one, two (not in the playbook any more) of environment')
    expect(asked.code).toBe(2)
    const [, removing = ''] = /to remove it: (docker .*)$/m.exec(await told('plan')) ?? []
    await run('sh', ['-c', removing])
    expect(await told('plan')).not.toMatch(/not in the playbook/)
    expect(await project.objects()).not.toContainEqual(expect.stringMatching(/-two/))
  })
})
