import {
  container,
  defineBox,
  definePlaybook,
  image,
  secret,
  text,
  type Ref,
  type Secret,
  type Text,
} from 'provision'

const use = (value: unknown): unknown => value

const box = defineBox({ name: 'coreos', build: '.' })
const jre = image('jre')

/** Compiled, never run: each `@ts-expect-error` is a mistake that must not compile. */
export const good = definePlaybook({
  name: 'shop',
  box,
  hosts: ['web', 'app'],
  params: {
    heap: { type: 'int', default: 64 },
    debug: { type: 'boolean', default: false },
    tier: { type: 'string', choices: ['small', 'large'] },
    key: { type: 'secret', env: 'KEY' },
  },
  resources: ({ hosts: { web, app }, params }) => {
    const heap: number = params.heap
    const debug: boolean = params.debug
    const tier: 'small' | 'large' = params.tier
    const key: Secret = params.key
    // @ts-expect-error a param that is not declared
    use(params.hep)
    // @ts-expect-error a param of another type
    use(params.heap satisfies string)
    const user = container(app, 'user', {
      image: jre,
      command: ['java', `-Xmx${heap}m`, ...(debug ? ['-debug'] : [])],
      env: { TIER: tier, KEY: key },
      ports: { http: 7000, jdwp: 17_000 },
      publish: { http: 7000, ...(debug ? { jdwp: 17_000 } : {}) },
    })
    const nginx = container(web, 'nginx', {
      image: jre,
      env: { USERS: text`http://${user.at.http.host}:${user.at.http.port}`, DEBUG: user.at.jdwp.port },
    })
    return { user, nginx, all: [user, nginx], many: ['a', 'b'].map(() => user) }
  },
  after: async ({ user, nginx, all, many, ...rest }, { log, params, reveal }) => {
    log(`${all[0].http.url} ${many.map(({ http }) => http.url).join()}`)
    // @ts-expect-error what publishes nothing answers nowhere, in a list as well
    use(all[1].http)
    const heap: number = params.heap
    const key: string = reveal(params.key)
    use([heap, key])
    // @ts-expect-error a secret is no text unless it is revealed
    use(params.key satisfies string)
    // @ts-expect-error a param that is not declared
    use(params.hep)
    log(`${user.http.url} ${user.http.host} ${user.http.port}`)
    // @ts-expect-error a port that is not published
    use(user.htp)
    // @ts-expect-error a container that publishes nothing
    use(nginx.http)
    // @ts-expect-error a resource that is not there
    use(rest.auth)
    await Promise.resolve()
  },
})

export const wrongHost = definePlaybook({
  name: 'shop',
  box,
  hosts: ['web', 'app'],
  resources: ({ hosts }) => {
    // @ts-expect-error a host that the topology does not have
    use(hosts.bus)
    return []
  },
})

export const noParams = definePlaybook({
  name: 'shop',
  box,
  hosts: ['web'],
  resources: ({ params }) => {
    // @ts-expect-error there are no params
    use(params.heap)
    return []
  },
})

export const wrongParam = definePlaybook({
  name: 'shop',
  box,
  hosts: ['web'],
  // @ts-expect-error a default of another type
  params: { heap: { type: 'int', default: '64' } },
  resources: () => [],
})

export const wrongDefault = definePlaybook({
  name: 'shop',
  box,
  hosts: ['web'],
  // @ts-expect-error a default that is not among the choices
  params: { size: { type: 'string', choices: ['s', 'm'], default: 'x' } },
  resources: () => [],
})

export const misspelt = definePlaybook({
  name: 'shop',
  box,
  hosts: ['web'],
  // @ts-expect-error a typing mistake in an option of a param
  params: { heap: { type: 'int', defualt: 64 } },
  resources: () => [],
})

export const openSecret = definePlaybook({
  name: 'shop',
  box,
  hosts: ['web'],
  // @ts-expect-error a secret that is written in the playbook
  params: { key: { type: 'secret', env: 'KEY', default: 'pw' } },
  resources: () => [],
})

// @ts-expect-error a playbook has a box
export const noBox = definePlaybook({ name: 'shop', hosts: ['web'], resources: () => [] })

export function texts(port: Ref<number>, key: Secret, late: Ref<{ readonly a: number }>) {
  const plain: Ref<string> = text`a ${port} b`
  const hidden: Ref<Text> = text`a ${key} b`
  // @ts-expect-error a text with a secret in it is secret too
  const leaked: Ref<string> = text`a ${key} b`
  // @ts-expect-error a secret is not a text
  const shown: string = secret('x')
  // @ts-expect-error what is not there is no part of a text
  use(text`a ${undefined}`)
  // @ts-expect-error nor is nothing
  use(text`a ${null}`)
  // @ts-expect-error nor an object
  use(text`a ${{ a: 1 }}`)
  // @ts-expect-error nor what refers to one
  use(text`a ${late}`)
  return { plain, hidden, leaked, shown }
}
