import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refused, rows, web } from '../support/other-changes.ts'
import { hosts, params, world } from '../support/other-world.ts'
import { planned } from '../support/planned.ts'
import type { Called } from '../support/project.ts'
import { said, scratchOnSharedBox, type Scratch } from '../support/scratch.ts'

const run = promisify(execFile)
const secret = 'pa$$ "w" ü-9fzq'
let project: Scratch
const heard: string[] = []

/** Calls the tool with the secret that the playbook wants, and keeps what it says. */
async function provision(args: readonly string[], key = secret): Promise<Called> {
  const called = await project.provision(args, { ETEST_KEY: key })
  heard.push(said(called))
  return called
}
const finished = ({ events }: Called) => events.at(-1)

const site = (path: string): string => `playbooks/${project.prefix}/site/${path}`

beforeAll(() => {
  project = scratchOnSharedBox(...hosts)
  project.write(site('index.html'), '<h1>one</h1>')
  project.write(site('deep/er/style.css'), 'a {}')
  project.write(site('old.bak'), 'left out')
  project.write(`playbooks/${project.prefix}/src/one.in`, 'one')
  project.playbook(world, params)
})
afterAll(() => project.remove())

describe('a playbook with other hosts, names and ports', () => {
  it('runs at once', async () => {
    const called = await provision(['quickstart', '--json'])
    expect(called.events.filter(({ event }) => event === 'failed')).toEqual([])
    expect(finished(called)).toMatchObject({ ok: true, failed: 0 })
  })

  it('has nothing to do the second time', async () => {
    expect(finished(await provision(['quickstart', '--json']))).toMatchObject({ ok: true, changed: 0 })
    const plan = await provision(['plan', '--exit-code', '--json'])
    expect([planned(plan), plan.code]).toEqual([{}, 0])
  })

  it('has put files there with their rights', async () => {
    const list = await project.on(
      'hub',
      'sh',
      '-c',
      'cd /; stat -c "%n %a %U:%G" etc/etest/conf.ini var/spool/etest $(find srv/site | sort)',
    )
    expect(list.split('\n')).toEqual([
      'etc/etest/conf.ini 640 core:docker',
      'var/spool/etest 2770 root:core',
      'srv/site 755 core:root',
      'srv/site/deep 755 core:root',
      'srv/site/deep/er 755 core:root',
      'srv/site/deep/er/style.css 600 core:root',
      'srv/site/index.html 600 core:root',
      '',
    ])
    expect(await project.on('hub', 'cat', '/etc/etest/conf.ini')).toMatch(
      new RegExp(`^key=${secret.replaceAll('$', '\\$')}\nwest=192\\.168\\.\\d+\\.\\d+\n$`),
    )
    expect(await project.on('south', 'sh', '-c', 'stat -c %a /srv/a.jar; cat /srv/a.jar')).toBe('444\none')
  })

  it('runs containers as they are described', async () => {
    const format =
      '{{json .HostConfig.Memory}} {{json .HostConfig.NanoCpus}} {{json .HostConfig.CapAdd}} {{json .HostConfig.CapDrop}} {{json .HostConfig.RestartPolicy.Name}} {{json .Config.User}} {{json .Config.WorkingDir}} {{json .Config.Hostname}} {{json .Config.StopTimeout}} {{json .Config.Labels.team}}'
    expect((await project.on('east', 'docker', 'inspect', '--format', format, 'web')).trim()).toBe(
      '67108864 500000000 ["NET_ADMIN"] ["CHOWN"] "on-failure" "1000:1000" "/tmp" "shopfront" 2 "blue"',
    )
    const env = await project.on(
      'east',
      'docker',
      'exec',
      'web',
      'sh',
      '-c',
      'echo "$DB|$TOKEN|$LEVEL|$DEBUG"',
    )
    expect(env).toMatch(/^tcp:\/\/192\.168\.\d+\.\d+:5000\|Bearer pa\$\$ "w" ü-9fzq\|3\|false\n$/)
    const mounts = 'cat /site/index.html; touch /spool/x /data/x; touch /site/x 2>&1 || :'
    expect(await project.on('hub', 'docker', 'exec', 'db', 'sh', '-c', mounts)).toMatch(
      /<h1>one<\/h1>.*Read-only file system/,
    )
  })

  it('answers over HTTP and UDP at its endpoints', async () => {
    const { events } = await provision(['status', '--json'])
    const status = JSON.stringify(events)
    const [, url = ''] = /"container":"web"[^}]*"url":"(http:\/\/[0-9.]+:8080)"/.exec(status) ?? []
    expect((await fetch(url)).status).toBe(200)
    const [, hub = ''] = /"container":"db"[^}]*"url":"tcp:\/\/([0-9.]+):5000"/.exec(status) ?? []
    const socket = createSocket('udp4')
    const answer = new Promise<string>((resolve) =>
      socket.once('message', (data) => resolve(data.toString())),
    )
    socket.send('hello', 5000, hub)
    expect(await answer).toBe('udp hello')
    socket.close()
  })

  it('tells containers of one name on two hosts apart', async () => {
    expect((await provision(['logs', 'east/web'])).stdout).toContain('listening')
    expect((await provision(['exec', 'south/web', '--', 'printenv', 'UPSTREAM'])).stdout).toMatch(/:8080\n$/)
    const called = await provision(['exec', 'web', '--', 'true'])
    expect([called.code, called.stderr]).toEqual([
      2,
      expect.stringContaining('name one: east/web, south/web'),
    ])
  })

  it('ends a command whose output nobody reads any more, without complaint', async () => {
    const line = '"$0" "$1" exec south/web -- seq 1000000 | head -1'
    const options = { cwd: project.dir, env: { ...process.env, ETEST_KEY: secret } }
    const { stdout, stderr } = await run('sh', ['-c', line, process.execPath, project.cli.bin], options)
    expect([stdout, stderr]).toEqual(['1\n', ''])
  })
})

describe('a change of one option is named, and nothing else:', () => {
  it.each(rows)('%s', async (_, from, to, expected) => {
    expect(world.split(from)).toHaveLength(2)
    project.playbook(
      world.replace(from, () => to),
      params,
    )
    const called = await provision(['plan', '--exit-code', '--json'])
    expect(planned(called)).toEqual(expected)
    expect(called.code).toBe(Object.keys(expected).length > 0 ? 2 : 0)
  })

  it.each(refused)('%s of a network, which containers on it forbid', async (field, from, to) => {
    project.playbook(
      world.replace(from, () => to),
      params,
    )
    const called = await provision(['plan', '--plain'])
    expect(called.stderr + called.stdout).toMatch(
      new RegExp(
        `hub › network inner: it cannot be made anew \\(${field}: .*\\) with containers? .* on it\nhelp: `,
      ),
    )
    expect(called.code).toBe(1)
  })

  it('a param', async () => {
    project.playbook(world, params)
    const called = await provision(['plan', '--param', 'port=8090', '--json'])
    expect(planned(called)).toEqual({ [web]: ['publish.8080/tcp'], 'south/container/web': ['env.UPSTREAM'] })
  })

  it('a secret, which does not show', async () => {
    const called = await provision(['plan', '--plain'], 'another-secret')
    expect(called.stdout).toContain('env.TOKEN: [secret] → [secret]')
    expect(called.stdout).toContain('hub › file /etc/etest/conf.ini')
    expect(said(called)).not.toContain('another-secret')
  })

  it('files of a tree', async () => {
    project.write(site('index.html'), '<h1>two</h1>')
    project.write(site('new.html'), 'new')
    const fields = { 'hub/tree//srv/site': ['index.html content', 'new.html content'] }
    expect(planned(await provision(['plan', '--json']))).toEqual(fields)
  })
})

it('several changes are brought in at once, and then all is as it should be', async () => {
  const started = () =>
    project.on('hub', 'docker', 'inspect', '--format', '{{.State.StartedAt}}', 'db', 'peer')
  const before = await started()
  project.playbook(world.replace('LEVEL: 3', 'LEVEL: 4').replace(`content: 'one'`, `content: 'two'`), params)
  expect(finished(await provision(['refresh', '--json']))).toMatchObject({ ok: true, changed: 3, failed: 0 })
  expect((await provision(['plan', '--exit-code'])).code).toBe(0)
  expect(await project.on('east', 'docker', 'exec', 'web', 'printenv', 'LEVEL')).toBe('4\n')
  expect(await started()).toBe(before)
})

it.each([
  ['status', [], /web +east +running/],
  ['ssh', ['hub', '--', 'echo', 'in', 'hub'], /in hub/],
  ['exec', ['east/web', '--', 'printenv', 'LEVEL'], /^4\n/],
  ['logs', ['db', '--tail', '9'], /listening now/],
])('%s needs no secret', async (command, args, said) => {
  const { code, stdout, stderr } = await provision([command, '--plain', ...args], '')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(said)
})

it('a secret is in no label', async () => {
  const labels = "docker inspect --format '{{json .Config.Labels}}' $(docker ps -aq)"
  for (const host of ['hub', 'east']) {
    const found = await project.on(host, 'sh', '-c', labels)
    expect(found).toContain('provision.spec')
    expect(found).not.toContain('9fzq')
  }
})

it('another playbook in the same environment leaves all of it alone', async () => {
  const other = `playbooks/other/playbook.ts`
  const text = readFileSync(join(project.dir, `playbooks/${project.prefix}/playbook.ts`), 'utf8')
  project.playbook('return []', params)
  const empty = readFileSync(join(project.dir, `playbooks/${project.prefix}/playbook.ts`), 'utf8')
  project.write(other, empty.replace(`name: '${project.prefix}'`, `name: 'other'`))
  project.write(`playbooks/${project.prefix}/playbook.ts`, text)
  const called = await provision(['plan', './playbooks/other', '--env', project.prefix, '--json'])
  expect(finished(called)).toMatchObject({ ok: true })
  expect(planned(called)).toEqual({})
  rmSync(join(project.dir, 'playbooks/other'), { recursive: true })
})

it('what is no longer listed is removed, but for data and what is not ours', async () => {
  await project.on(
    'hub',
    'sh',
    '-c',
    'docker run -d --name theirs $(docker ps -q --format {{.Image}} | head -1) sleep 1000',
  )
  project.playbook('return []', params)
  const called = await provision(['refresh', '--plain'])
  expect(said(called)).toMatch(/hub › volume data is no longer in the playbook; it is kept for its data/)
  expect(called.code).toBe(0)
  const left =
    'docker ps -a --format {{.Names}}; docker network ls --filter name=inner -q; docker volume ls --format {{.Name}}'
  expect(await project.on('hub', 'sh', '-c', left)).toBe('theirs\ndata\n')
  expect(await project.on('east', 'sh', '-c', left)).toBe('')
})

it('a secret is nowhere but where it has to be', async () => {
  expect(heard.filter((text) => text.includes(secret) || text.includes('ü-9fzq'))).toEqual([])
  const state = join(project.dir, '.provision')
  const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  const holding = files.filter((one) => readFileSync(join(one.parentPath, one.name)).includes('9fzq'))
  expect(holding.map(({ name }) => name)).toEqual([])
  const grep = 'grep -rlF 9fzq /etc /home /root /srv /tmp /var/lib/provision /var/log 2>/dev/null || :'
  expect(await project.on('hub', 'sh', '-c', grep)).toBe('/etc/etest/conf.ini\n')
})
