import { afterAll, expect, test } from 'vitest'
import type { Build } from '../../src/core/build.ts'
import { artifact, base, image, output, prefix, removeImages, workplace } from '../support/builds.ts'
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
  expect(await run()).toEqual({ ...after, changed: [] })
})
