import { afterAll, expect, test } from 'vitest'
import { fill, temporaryFolder } from '../support/folder.ts'
import { matching } from '../support/matching.ts'
import {
  base,
  begun,
  failure,
  image,
  isThere,
  output,
  prefix,
  removeImages,
  workplace,
} from '../support/builds.ts'

afterAll(removeImages)

test('none is built from what was saved since its inputs were summed up', async () => {
  const Dockerfile = `FROM ${base}\nENV RUN=${prefix}\nCOPY x /x\n`
  const root = temporaryFolder({ 'one/Dockerfile': Dockerfile, 'two/Dockerfile': Dockerfile })
  const [one, two] = [image('one'), image('two')]
  const save = (x: string) => fill(root, { 'one/x': x, 'two/x': x })
  const saving = () =>
    workplace(root, {
      emit: ({ event }) => {
        if (event === 'task-started') save('B')
      },
    })
  save('A')
  expect(await failure(saving().build(one))).toMatchObject({
    code: 'edited',
    message: `image ${one.ref}: ${root}/one/x has changed since it was summed up, so nothing was built from it`,
  })
  expect(await isThere(one.ref)).toBe(false)
  save('A')
  // What a watch leaves to its next run.
  expect(await failure(saving().build(one, two))).toMatchObject({
    code: 'edited',
    message: '2 builds failed',
  })
  save('A')
  expect(await begun(root, one)).toEqual([`image ${one.ref}`])
  expect(await output(one.ref, 'cat', '/x')).toBe('A')
})

test('two runs at once build one once, and the one that waits says for whom', async () => {
  const root = temporaryFolder({
    'twice/Dockerfile': `FROM ${base}\nENV RUN=${prefix}\nRUN sleep 1; head -c 99 /dev/urandom > /x\n`,
  })
  const one = image('twice')
  const places = [workplace(root), workplace(root)]
  const [first, second] = await Promise.all(places.map(({ build }) => build(one)))
  const made = [first, second].map((built) => built?.images.get(one.ref))
  expect(made[0]?.id).toBe(made[1]?.id)
  expect(made.map((image) => image?.made).sort()).toEqual(['before', 'now'])
  const lines = places.flatMap((place) => place.lines())
  expect(lines.filter((line) => line.startsWith('waiting: '))).toEqual([
    matching(/image .*twice.* has been at work/),
  ])
  expect(lines.filter((line) => line.startsWith('Step 3/'))).toHaveLength(1)
})
