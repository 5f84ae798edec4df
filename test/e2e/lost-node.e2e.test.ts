import { afterAll, beforeAll, expect, it } from 'vitest'
import { listBoxes } from '../../src/boxes/find.ts'
import { removeBox } from '../../src/boxes/usage.ts'
import { localEngine } from '../../src/transport/docker/engine.ts'
import { ask } from '../support/project.ts'
import { said, scratch, type Scratch } from '../support/scratch.ts'

let project: Scratch

beforeAll(() => {
  project = scratch('one')
  project.playbook(`return [container(one, 'keeper', { image: tiny, command: ['sleep', 'infinity'],
    mounts: { '/data': volume(one, 'data') }, stopTimeout: '1s' })]`)
})
afterAll(() => project.remove())

const inside = (...argv: readonly string[]) => project.on('one', 'docker', 'exec', 'keeper', ...argv)

it('a node that is made anew over its data has the images of a newer box, and its volumes', async () => {
  const first = await project.provision(['quickstart'])
  expect(first.code, said(first)).toBe(0)
  await inside('sh', '-c', 'echo kept > /data/note')

  const node = await ask('docker', 'ps', '--quiet', '--filter', `label=provision.project=${project.dir}`)
  await ask('docker', 'rm', '--force', node)
  // The next box is baked from nothing, so that none of the layers that the data links to are in its store.
  const engine = await localEngine()
  const { signal } = new AbortController()
  for (const box of await listBoxes(engine, signal, project.prefix)) await removeBox(engine, box, signal)
  project.write('tiny/Dockerfile', 'FROM debian:bookworm-slim\nRUN echo newer > /newer\n')

  const again = await project.provision(['quickstart'])
  expect(again.code, said(again)).toBe(0)
  expect(await inside('cat', '/newer', '/data/note')).toBe('newer\nkept\n')
})
