import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { benchLabel } from '../clear.ts'
import { playbookIn } from '../project.ts'
import { serves, shakesHands, until } from '../waiting.ts'

/** What the reference playbook runs, by hand: which image, on which address, with what. */
interface Part {
  readonly image: string
  readonly address: string
  readonly options: readonly string[]
  readonly command: readonly string[]
  readonly answers: () => Promise<boolean>
}

function partsOf({ dir }: Bench, net: string): readonly Part[] {
  const [rabbitmq, user, auth, qa, nginx] = [2, 3, 4, 5, 6].map((last) => `${net}.${last}`)
  const service = (
    name: string,
    address = '',
    port: number,
    env: Readonly<Record<string, string>>,
  ): Part => ({
    image: 'jre',
    address,
    options: [
      ...envOf({
        PORT: String(port),
        HOST: address,
        AMQ_PORT_5672_TCP_ADDR: rabbitmq ?? '',
        AMQ_PORT_5672_TCP_PORT: '5672',
        ...env,
      }),
      '--volume',
      `${join(playbookIn(dir), 'services/build', `${name}.jar`)}:/app/app.jar:ro`,
    ],
    command: ['java', '-Xmx64m', '-jar', '/app/app.jar'],
    answers: () => serves(`http://${address}:${port}/health`),
  })
  return [
    {
      image: 'rabbitmq',
      address: rabbitmq ?? '',
      options: [],
      command: [],
      answers: () => shakesHands(rabbitmq ?? '', 5672),
    },
    service('user', user, 7000, {}),
    service('auth', auth, 7001, { USER_SERVICE_URL: `http://${user}:7000` }),
    service('qa', qa, 7002, { AUTH_SERVICE_URL: `http://${auth}:7001` }),
    {
      image: 'nginx',
      address: nginx ?? '',
      options: [
        ...envOf({ USER_UPSTREAM: `${user}:7000`, AUTH_UPSTREAM: `${auth}:7001`, QA_UPSTREAM: `${qa}:7002` }),
        '--volume',
        `${join(playbookIn(dir), 'www')}:/var/www:ro`,
      ],
      command: [],
      answers: () => serves(`http://${nginx}/`),
    },
  ]
}

const envOf = (env: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`])

/** One container of the node's image, then the five containers of the application side by side until all answer. */
export async function fiveContainers(bench: Bench): Promise<() => Promise<number>> {
  const { id, docker, signal } = bench
  const label = `${benchLabel}=${id}`
  const network = `${id}-floor`
  const net = await makeNetwork(bench, network, label)
  const parts = partsOf(bench, net)
  return async () => {
    const started = performance.now()
    const made = [
      await docker(
        'run',
        '--detach',
        '--label',
        label,
        '--entrypoint',
        'sleep',
        `provision/system/${id}`,
        '600',
      ),
    ]
    try {
      await Promise.all(
        parts.map(async ({ image, address, options, command, answers }) => {
          const where = ['--network', network, '--ip', address, '--label', label]
          made.push(await docker('run', '--detach', ...where, ...options, `${id}/${image}`, ...command))
          await until(`${image} at ${address}`, answers, { signal })
        }),
      )
      return performance.now() - started
    } finally {
      await docker('rm', '--force', '--volumes', ...made)
    }
  }
}

/** A network with addresses to choose; Docker itself says which are free. Its first three numbers. */
async function makeNetwork({ docker }: Bench, name: string, label: string): Promise<string> {
  let refusal: unknown
  for (let third = 0; third < 20; third++) {
    const net = `10.213.${third}`
    try {
      await docker('network', 'create', '--label', label, '--subnet', `${net}.0/24`, name)
      return net
    } catch (error) {
      refusal = error
    }
  }
  throw refusal
}
