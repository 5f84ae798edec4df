import { artifact, container, definePlaybook, image, push, text, tree, type Ref } from 'provision'
import coreos from '../../boxes/coreos/box.ts'
import { insertSampleData } from './sample-data.ts'

const jdk = image('hash-collision/jdk', { build: './images/jdk' })
const jre = image('hash-collision/jre', { build: './images/jre' })
const broker = image('hash-collision/rabbitmq', { build: './images/rabbitmq' })
const proxy = image('hash-collision/nginx', { build: './images/nginx' })

/** A fat JAR, built where there is a JDK: in a container. */
const jar = (name: string) =>
  artifact(`${name}.jar`, {
    in: jdk,
    cwd: './services',
    run: ['./build.sh', name],
    inputs: ['build.sh', 'common/**', `${name}/**`],
    output: `build/${name}.jar`,
  })

export default definePlaybook({
  name: 'hash-collision',
  box: coreos,
  hosts: ['web', 'app', 'bus'],
  params: {
    heap: { type: 'int', default: 64, min: 16, description: 'megabytes of Java heap of each service' },
    debug: {
      type: 'boolean',
      default: false,
      description: 'let debuggers attach to the services on ports 17000…',
    },
  },
  resources: ({ hosts: { web, app, bus }, params }) => {
    const rabbitmq = container(bus, 'rabbitmq', {
      image: broker,
      ports: { amqp: 5672 },
      publish: { amqp: 5672 },
      ready: { tcp: 'amqp', timeout: '60s' },
    })

    const service = (name: string, port: number, env: Record<string, Ref<string>> = {}) =>
      container(app, name, {
        image: jre,
        ports: { http: port, jdwp: port + 10_000 },
        publish: { http: port, ...(params.debug ? { jdwp: port + 10_000 } : {}) },
        command: [
          'java',
          `-Xmx${params.heap}m`,
          ...(params.debug
            ? [`-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:${port + 10_000}`]
            : []),
          '-jar',
          '/app/app.jar',
        ],
        mounts: { '/app/app.jar': push(app, jar(name), { to: `/var/hash-collision/${name}.jar` }) },
        env: {
          PORT: port,
          HOST: app.address,
          AMQ_PORT_5672_TCP_ADDR: rabbitmq.at.amqp.host,
          AMQ_PORT_5672_TCP_PORT: rabbitmq.at.amqp.port,
          ...env,
        },
        ready: { http: '/health', port: 'http', timeout: '30s' },
      })

    const user = service('user', 7000)
    const auth = service('auth', 7001, { USER_SERVICE_URL: user.at.http.url })
    const qa = service('qa', 7002, { AUTH_SERVICE_URL: auth.at.http.url })

    const nginx = container(web, 'nginx', {
      image: proxy,
      ports: { http: 80 },
      publish: { http: 80 },
      mounts: { '/var/www': tree(web, '/var/www', { from: './www' }) },
      env: {
        USER_UPSTREAM: text`${user.at.http.host}:${user.at.http.port}`,
        AUTH_UPSTREAM: text`${auth.at.http.host}:${auth.at.http.port}`,
        QA_UPSTREAM: text`${qa.at.http.host}:${qa.at.http.port}`,
      },
      ready: { http: '/', port: 'http' },
    })

    return { rabbitmq, user, auth, qa, nginx }
  },
  after: async ({ user, qa }, { log }) => {
    const { inserted, unchanged } = await insertSampleData({ user: user.http.url, qa: qa.http.url })
    log(`sample data: ${inserted} inserted, ${unchanged} as they were`)
  },
})
