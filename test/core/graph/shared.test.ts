import { describe, expect, it } from 'vitest'
import { graphOf } from '../../../src/core/graph/index.ts'
import type { Resource } from '../../../src/core/resource.ts'
import { command, container, image, preload } from '../../../src/index.ts'
import { app } from '../../support/judge.ts'

const tiny = image('tiny')
const login = command(app, 'login', { run: ['docker', 'login'], creates: '/root/.docker' })
const space = command(app, 'space', { run: ['make', 'room'], creates: '/room' })
const user = container(app, 'user', { image: tiny })
const imageId = 'app/image/tiny:latest'

describe('an image of a host that is declared more than once', () => {
  it.each<[string, readonly Resource[], readonly string[]]>([
    ['by a container first', [user, preload(app, tiny, { needs: [login] })], ['app/command/login']],
    ['by a container last', [preload(app, tiny, { needs: [login] }), user], ['app/command/login']],
    [
      'with needs of its own each time',
      [preload(app, tiny, { needs: [login] }), preload(app, tiny, { needs: () => [space, login] })],
      ['app/command/login', 'app/command/space'],
    ],
  ])('%s needs what any of them needs', (_, listed, expected) => {
    const { resources } = graphOf(listed, ['app'])
    const ids = resources.map(({ id }) => id)
    expect(resources.find(({ id }) => id === imageId)?.needs).toEqual(expected)
    expect(ids.slice(0, expected.length + 1)).toEqual([...expected, imageId])
    expect(ids).toHaveLength(new Set(ids).size)
  })

  it('is told as a circle where it needs a container that is made from it', () => {
    expect(() => graphOf([user, preload(app, tiny, { needs: () => [user] })], ['app'])).toThrow(
      `circle: app/container/user → ${imageId} → app/container/user`,
    )
    const self: Resource = preload(app, tiny, { needs: () => [preload(app, tiny), self] })
    expect(() => graphOf([self], ['app'])).toThrow(`circle: ${imageId} → ${imageId}`)
  })

  it('is refused where it is built in two ways', () => {
    const ways = ['./one', './two'].map((build) => preload(app, image('own', { build })))
    expect(() => graphOf(ways, ['app'])).toThrow('image own:latest is declared twice, in different ways')
  })
})
