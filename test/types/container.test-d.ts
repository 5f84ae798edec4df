import {
  artifact,
  command,
  container,
  directory,
  file,
  image,
  network,
  preload,
  push,
  secret,
  tree,
  volume,
} from 'provision'
import type { Container, Host, NetworkResource, Ref } from 'provision'

const use = (value: unknown): unknown => value

/** Compiled, never run: each `@ts-expect-error` is a mistake that must not compile. */
export function mistakes(app: Host<'app'>) {
  const jre = image('jre')
  const user = container(app, 'user', {
    image: jre,
    ports: { http: 7000, jmx: 9000, dns: { port: 53, protocol: 'udp' } },
    publish: { http: 80, jmx: undefined },
    ready: { http: '/health', port: 'http', timeout: '30s' },
  })

  // The names of published ports are known, and no others.
  const typed: Container<'http' | 'jmx'> = user
  const host: Ref<string> = user.at.http.host
  const port: Ref<number> = user.at.http.port
  // @ts-expect-error a typing mistake in the name of a port
  use(user.at.htp)
  // @ts-expect-error a port that is not published
  use(user.at.dns)
  // @ts-expect-error a container that publishes nothing has no ports to reach
  use(container(app, 'quiet', { image: jre, ports: { http: 80 } }).at.http)

  // @ts-expect-error a published port that it does not have
  container(app, 'aa', { image: jre, ports: { http: 80 }, publish: { htp: 80 } })
  // @ts-expect-error readiness at a port that it does not have
  container(app, 'aa', { image: jre, ports: { http: 80 }, ready: { http: '/', port: 'htp' } })
  // @ts-expect-error the same for TCP
  container(app, 'aa', { image: jre, ports: { http: 80 }, ready: { tcp: 'htp' } })
  // @ts-expect-error readiness at a port of a container that has none
  container(app, 'aa', { image: jre, ready: { tcp: 'http' } })
  // @ts-expect-error an HTTP check has to say at which port
  container(app, 'aa', { image: jre, ports: { http: 80 }, ready: { http: '/' } })
  // @ts-expect-error readiness in two ways at once
  container(app, 'aa', { image: jre, ports: { http: 80 }, ready: { http: '/', port: 'http', tcp: 'http' } })
  container(app, 'aa', { image: jre, ready: { health: 'healthy', timeout: '2m' } })
  // @ts-expect-error nobody waits for a container to be ill
  container(app, 'aa', { image: jre, ready: { health: 'unhealthy' } })
  // @ts-expect-error nor does a log say at which port
  container(app, 'aa', { image: jre, ports: { http: 80 }, ready: { log: 'up', port: 'http' } })
  // @ts-expect-error a place in the container that is not absolute
  container(app, 'aa', { image: jre, mounts: { data: volume(app, 'data') } })
  // @ts-expect-error a container has an image
  container(app, 'aa', {})
  // @ts-expect-error an image is made with image(…)
  container(app, 'aa', { image: 'jre' })
  // @ts-expect-error a typing mistake in an option
  container(app, 'aa', { image: jre, enviroment: {} })
  // @ts-expect-error a policy that Docker does not know
  container(app, 'aa', { image: jre, restart: 'sometimes' })
  // @ts-expect-error a typing mistake in the name of a capability
  container(app, 'aa', { image: jre, capabilities: { add: ['NET_ADMN'] } })
  // @ts-expect-error an amount without a unit
  container(app, 'aa', { image: jre, memory: '64' })
  // @ts-expect-error a time without a unit
  container(app, 'aa', { image: jre, stopTimeout: '10' })
  // @ts-expect-error an argument shows in process lists
  container(app, 'aa', { image: jre, command: [secret('pw')] })
  // @ts-expect-error a network cannot be mounted
  container(app, 'aa', { image: jre, mounts: { '/a': network(app, 'net') } })
  // @ts-expect-error a volume cannot be joined
  container(app, 'aa', { image: jre, network: volume(app, 'data') })
  // @ts-expect-error nor can it in a list
  container(app, 'aa', { image: jre, network: [network(app, 'net'), volume(app, 'data')] })
  // @ts-expect-error a network is made with network(…)
  container(app, 'aa', { image: jre, network: 'net' })
  // @ts-expect-error the host's network is no other beside it
  container(app, 'aa', { image: jre, network: [network(app, 'net'), 'host'] })
  // @ts-expect-error on the host's network there is nothing to publish
  container(app, 'aa', { image: jre, network: 'host', ports: { http: 80 }, publish: { http: 80 } })
  // @ts-expect-error an object is no text
  container(app, 'aa', { image: jre, env: { A: {} } })

  return { typed, host, port }
}

/** All ways to be on the network. */
export function networks(app: Host<'app'>) {
  const jre = image('jre')
  const [front, back] = [network(app, 'front'), network(app, 'back')]
  const several: readonly NetworkResource[] = [front, back]
  const published = { image: jre, ports: { http: 80, jmx: 81 }, publish: { http: 80 } } as const
  const each: readonly Container<'http'>[] = [
    container(app, 'aa', { ...published, network: front }),
    container(app, 'bb', { ...published, network: [front, back] }),
    container(app, 'cc', { ...published, network: several }),
  ]

  // On the host's network all ports answer, published or not.
  const gossiping = container(app, 'dd', {
    image: jre,
    network: 'host',
    ports: { gossip: 7000, http: 80 },
    ready: { tcp: 'gossip' },
  })
  const typed: Container<'gossip' | 'http'> = gossiping
  const port: Ref<number> = gossiping.at.gossip.port
  // @ts-expect-error a port that it does not have
  use(gossiping.at.gosip)
  // @ts-expect-error on other networks only those answer that are published
  use(container(app, 'ee', { ...published, network: [front, back] }).at.jmx)

  return { each, typed, port }
}

export function others(app: Host<'app'>) {
  const jar = artifact('a.jar', { run: ['make'], inputs: ['**'], output: 'a.jar' })

  // @ts-expect-error a command says when it need not run
  command(app, 'date', { run: ['date'] })
  // @ts-expect-error in one way
  command(app, 'date', { run: ['date'], creates: '/a', unless: ['true'] })
  // @ts-expect-error as program and arguments: no shell reads it
  command(app, 'date', { run: 'date', creates: '/a' })
  // @ts-expect-error a file has content
  file(app, '/a', {})
  // @ts-expect-error from one place
  file(app, '/a', { content: '', from: './a' })
  // @ts-expect-error a mode is a number: 0o644
  file(app, '/a', { content: '', mode: '644' })
  // @ts-expect-error a push says where to
  push(app, jar, {})
  // @ts-expect-error an image is not pushed
  push(app, image('jre'), { to: '/a' })
  // @ts-expect-error an artifact is not preloaded
  preload(app, jar)
  // @ts-expect-error a tree comes from somewhere
  tree(app, '/a', {})
  // @ts-expect-error a typing mistake in an option
  directory(app, '/a', { own: 'core' })
  // @ts-expect-error a host is one of the topology, not its name
  directory('app', '/a')
  // @ts-expect-error an artifact has inputs
  artifact('a.jar', { run: ['make'], output: 'a.jar' })
  // @ts-expect-error what it is built on is made with image(…)
  image('jre', { build: './jre', needs: ['base'] })
}
