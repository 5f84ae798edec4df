import { afterAll, expect, test } from 'vitest'
import { ensureBox } from '../../src/cli/box/ensure.ts'
import { defineBox } from '../../src/core/box.ts'
import type { Build } from '../../src/core/build/index.ts'
import {
  artifact,
  base,
  failure,
  image,
  output,
  prefix,
  removeImages,
  toRemove,
  workplace,
} from '../support/builds.ts'
import { fill, temporaryFolder } from '../support/folder.ts'

afterAll(removeImages)

test('an image copies an artifact that is built into its context, from nothing and after an edit of its source', async () => {
  const Dockerfile = `FROM ${base}\nENV RUN=${prefix}\nCOPY target/made /made\n`
  const root = temporaryFolder({ 'copying/Dockerfile': Dockerfile, src: '1' })
  const made = artifact({
    ...{ name: `${prefix}-made`, inputs: ['src'], output: 'copying/target/made' },
    run: ['sh', '-c', 'sleep 1; mkdir -p copying/target; cat src > copying/target/made'],
  })
  const needing = image('copying', { needs: [made] })
  const run = async (...builds: Build[]) => {
    const place = workplace(root)
    await place.build(...builds)
    return [place.tasks(), await output(needing.ref, 'cat', '/made')]
  }
  const both = [`artifact ${made.name}`, `image ${needing.ref}`]
  expect(await run(needing)).toEqual([both, '1'])
  expect(await run(needing)).toEqual([[], '1'])
  fill(root, { src: '2' })
  expect(await run(needing)).toEqual([both, '2'])
  // Declared beside it, it need not be named.
  fill(root, { src: '3' })
  expect(await run(image('copying'), made)).toEqual([both, '3'])
})

test('a file in a context that the Dockerfile does not copy gives no other image to hosts', async () => {
  const root = temporaryFolder({
    'stray/Dockerfile': `FROM ${base}\nENV RUN=${prefix}\nCOPY x /x\n`,
    'stray/x': '1',
  })
  const one = image('stray')
  const run = async () => (await workplace(root).build(one)).images.get(one.ref)
  const before = await run()
  fill(root, { 'stray/.x.swp': '' })
  const after = await run()
  expect(after).toMatchObject({ fingerprint: before?.fingerprint, layers: before?.layers })
  expect(await run()).toEqual({ ...after, made: 'before', changed: [] })
})

test('the system of a box copies an artifact, which says as well what box it is', async () => {
  const root = temporaryFolder({
    'box/Dockerfile': `FROM ${base}\nCOPY agent /\nRUN cat /agent; false\n`,
    src: '1',
  })
  const agent = artifact({
    ...{ name: `${prefix}-agent`, inputs: ['src'], output: 'box/agent' },
    run: ['sh', '-c', 'sleep 1; cat src > box/agent'],
  })
  const box = defineBox({ name: prefix, build: './box/' })
  toRemove(`provision/system/${prefix}:latest`)
  const nothing = Promise.resolve({ images: new Map() })
  const { context, tasks } = workplace(root)
  const error = await failure(ensureBox({ box, images: [], among: [agent] }, nothing, context))
  expect(error).toHaveProperty('message', expect.stringMatching(/step 3 of . failed with exit code 1/))
  expect(tasks()).toEqual([`artifact ${agent.name}`, `image provision/system/${prefix}:latest`])
})
