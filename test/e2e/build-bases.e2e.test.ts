import { afterAll, expect, test } from 'vitest'
import { fill, temporaryFolder } from '../support/folder.ts'
import { base, begun, engine, image, output, prefix, removeImages, workplace } from '../support/builds.ts'

afterAll(removeImages)

test('an image is built again when what it or its declared base is built on has become another one, which nobody declares', async () => {
  const elsewhere = temporaryFolder({
    'under/Dockerfile': `FROM ${base}\nENV RUN=${prefix}\nCOPY x /x\n`,
    'under/x': '1',
  })
  const under = image('under')
  await begun(elsewhere, under)
  const root = temporaryFolder({
    'middle/Dockerfile': `FROM ${under.ref}\nCMD ["middle"]\n`,
    'top/Dockerfile': `FROM ${prefix}-middle\nCMD ["top"]\n`,
  })
  const [middle, top] = [image('middle'), image('top')]
  await begun(root, top, middle)
  expect(await begun(root, top, middle)).toEqual([])

  fill(elsewhere, { 'under/x': '2' })
  await begun(elsewhere, under)
  const { tasks, build } = workplace(root)
  const { images } = await build(top, middle)
  expect(tasks()).toEqual([`image ${middle.ref}`, `image ${top.ref}`])
  expect(images.get(top.ref)).toMatchObject({ made: 'now', changed: [under.ref] })
  expect(await output(top.ref, 'cat', '/x')).toBe('2')
  expect(await begun(root, top, middle)).toEqual([])

  // What is not there says nothing of what was built on it, until it is there again as another one.
  await engine.getImage(under.ref).remove()
  expect(await begun(root, top, middle)).toEqual([])
  fill(elsewhere, { 'under/x': '3' })
  await begun(elsewhere, under)
  expect(await begun(root, top, middle)).toEqual([`image ${middle.ref}`, `image ${top.ref}`])
})
