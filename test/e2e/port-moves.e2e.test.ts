import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Called } from '../support/project.ts'
import { said, scratchOnSharedBox, type Scratch } from '../support/scratch.ts'

/** A port goes over from one container to another, which are made anew side by side. */
describe('a port that moves', () => {
  let project: Scratch

  const deploy = (a: number, b: number): Promise<Called> => {
    const service = (name: string, port: number): string =>
      `container(one, '${name}', { image: tiny, command: ['sleep', '1000'], ports: { x: 80 }, publish: { x: ${port} }, stopTimeout: '1s' })`
    project.playbook(`return [${service('bb', b)}, ${service('aa', a)}]`)
    return project.provision(['quickstart', '--plain'])
  }
  const published = async (): Promise<string> =>
    (await project.on('one', 'docker', 'ps', '--format', '{{.Names}} {{.Ports}}'))
      .split('\n')
      .map((line) => line.replace(/^(\w+) 0\.0\.0\.0:(\d+)->.*/, '$1 $2'))
      .sort()
      .join(' ')
      .trim()

  beforeAll(async () => {
    project = scratchOnSharedBox('one')
    expect((await deploy(8080, 8090)).code).toBe(0)
  })
  afterAll(() => project.remove())

  it('is taken when it is free', async () => {
    const called = await deploy(8081, 8080)
    expect([called.code, said(called)]).toEqual([0, expect.stringMatching(/2 changed/)])
    expect(await published()).toBe('aa 8081 bb 8080')
  })

  it('and another for it is refused before anything changes, until one of them is stopped', async () => {
    const called = await deploy(8080, 8081)
    expect(called.code).toBe(1)
    expect(said(called)).toMatch(
      /one › container \w+: it takes port 808\d\/tcp of container \w+, which gives/,
    )
    expect(await published()).toBe('aa 8081 bb 8080')
    const stop = /then (docker stop \w+)$/m.exec(said(called))?.[1] ?? 'no help'
    await project.on('one', ...stop.split(' '))
    expect((await deploy(8080, 8081)).code).toBe(0)
    expect(await published()).toBe('aa 8080 bb 8081')
  })
})
