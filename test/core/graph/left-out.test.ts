import { expect, it } from 'vitest'
import { graphOf } from '../../../src/core/graph/index.ts'
import { refuseLeftOut } from '../../../src/core/graph/left-out.ts'
import type { ResourceSet } from '../../../src/core/playbook/index.ts'
import {
  container,
  defineBox,
  definePlaybook,
  directory,
  image,
  network,
  volume,
  type Host,
} from '../../../src/index.ts'
import { matching } from '../../support/matching.ts'

const box = defineBox({ name: 'coreos', build: '.' })
const tiny = image('tiny')

/** As a helper of a playbook makes it and forgets to pass it on. */
const sidecar = (host: Host, name: string) => void container(host, name, { image: tiny })

const refusing = (resources: (hosts: { readonly app: Host; readonly db: Host }) => ResourceSet) => () => {
  const playbook = definePlaybook({
    name: 'p',
    box,
    hosts: ['app', 'db'],
    resources: ({ hosts }) => resources(hosts),
  })
  const { resources: listed, made } = playbook.declare({}, {})
  refuseLeftOut(made, graphOf(listed, playbook.hosts))
}

it.each<[string, Parameters<typeof refusing>[0], string]>([
  [
    'a container of a helper',
    ({ app }) => {
      sidecar(app, 'logger')
      return [container(app, 'web', { image: tiny })]
    },
    'app › container logger: is made',
  ],
  [
    'several, each once',
    ({ app, db }) => {
      sidecar(app, 'logger')
      directory(db, '/srv')
      directory(db, '/srv')
      return []
    },
    'app › container logger, db › directory /srv: are made',
  ],
])('%s that is neither returned nor used is refused by name', (_, resources, begin) => {
  expect(refusing(resources)).toThrow(
    expect.objectContaining({
      code: 'playbook',
      message: `${begin}, but neither returned by \`resources\` nor used by what is: nothing of that would be there`,
      help: matching(/^return /),
    }),
  )
})

it.each<[string, Parameters<typeof refusing>[0]]>([
  ['returned', ({ app }) => ({ all: ['a1', 'a2'].map((name) => container(app, name, { image: tiny })) })],
  [
    'used by value, mount, network and needs',
    ({ app, db }) => {
      const store = container(db, 'store', { image: tiny, ports: { x: 1 }, publish: { x: 1 } })
      const net = network(app, 'net')
      const mounts = { '/data': volume(app, 'data') }
      const env = { STORE: store.at.x.host }
      return [
        container(
          app,
          'web',
          { image: tiny, env, mounts, network: net },
          { needs: () => [directory(app, '/srv')] },
        ),
      ]
    },
  ],
  [
    'declared once more, and meant the same',
    ({ app }) => {
      volume(app, 'data')
      return [volume(app, 'data')]
    },
  ],
])('what is %s is there', (_, resources) => {
  expect(refusing(resources)).not.toThrow()
})

it('what one evaluation made is nothing to the next', () => {
  const names = ['first', 'second']
  const once = refusing(({ app }) => [container(app, names.shift() ?? 'third', { image: tiny })])
  expect(once).not.toThrow()
  expect(once).not.toThrow()
})
