import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Called } from '../support/project.ts'
import { said, scratchOnSharedBox, type Scratch } from '../support/scratch.ts'

/** Docker removes no network that a container is on. */
describe('a network that containers leave', () => {
  let project: Scratch

  /** Two containers, on the network with this name and these options, or on Docker's own. */
  const deploy = (network?: string, options = '{}', more = ''): Promise<Called> => {
    const service = (name: string): string =>
      `container(one, '${name}', { image: tiny, command: ['sleep', '1000'], stopTimeout: '1s', ${network ? 'network: mesh,' : ''} ${name === 'bb' ? more : ''} })`
    const declared = network ? `const mesh = network(one, '${network}', ${options})\n` : ''
    project.playbook(`${declared}return [${service('aa')}, ${service('bb')}]`)
    return project.provision(['quickstart', '--plain'])
  }
  const networks = async (): Promise<readonly string[]> =>
    (await project.on('one', 'docker', 'network', 'ls', '--format', '{{.Name}}', '--filter', 'type=custom'))
      .split('\n')
      .filter(Boolean)

  beforeAll(async () => {
    project = scratchOnSharedBox('one')
    expect((await deploy('mesh', `{ subnet: '10.7.0.0/24' }`)).code).toBe(0)
  })
  afterAll(() => project.remove())

  it('is not moved to one with the address of its host, who would be cut off', async () => {
    const address = (await project.on('one', 'hostname', '-i')).trim()
    const called = await deploy('other', `{ subnet: '${address.replace(/\d+$/, '0')}/24' }`)
    expect(called.code).toBe(1)
    expect(said(called)).toContain(`holds ${address}, the address of host one, which it would cut off`)
    expect(await networks()).toEqual(['mesh'])
  })

  it('is not made anew under those that stay, which is said before anything changes', async () => {
    const called = await deploy('mesh', `{ subnet: '10.7.1.0/24' }`)
    expect(called.code).toBe(1)
    expect(said(called)).toMatch(
      /one › network mesh: it cannot be made anew \(subnet: 10\.7\.0\.0\/24 → 10\.7\.1\.0\/24\) with containers aa, bb on it/,
    )
    expect(said(called)).not.toMatch(/apply +started/)
  })

  it('nor are its addresses taken by the one that they move to', async () => {
    const called = await deploy('other', `{ subnet: '10.7.0.0/16' }`)
    expect(called.code).toBe(1)
    expect(said(called)).toMatch(
      /one › network other: it takes the addresses of network mesh, which containers/,
    )
  })

  it('goes in the run in which they move to another', async () => {
    const called = await deploy('other', `{ subnet: '10.8.0.0/24' }`)
    expect([called.code, said(called)]).toEqual([0, expect.stringMatching(/4 changed/)])
    expect(await networks()).toEqual(['other'])
  })

  it('stays where one of them cannot leave, and that is told', async () => {
    const called = await deploy(undefined, '', `entrypoint: ['/bin/false'],`)
    expect(called.code).toBe(1)
    expect(said(called)).toMatch(
      /not begun, because something they need failed: one\/network\/other \(removed\)/,
    )
    expect(await networks()).toEqual(['other'])
  })

  it('goes when they all have left it', async () => {
    expect((await deploy()).code).toBe(0)
    expect(await networks()).toEqual([])
  })
})
