import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listBoxes, type StoredBox } from '../../src/boxes/find.ts'
import { capabilities, nodeBody, type NodeSpec } from '../../src/boxes/node-body.ts'
import { removeNode, removeVolume, startNode } from '../../src/boxes/node.ts'
import { makeKeyPair } from '../../src/boxes/ssh-keys.ts'
import { localEngine } from '../../src/transport/docker/engine.ts'
import { effort, tally } from '../support/faults.ts'
import { ask } from '../support/project.ts'
import { scratch, type Scratch } from '../support/scratch.ts'

const { points } = effort()
const prefix = `captest-${process.pid}`
const spec: NodeSpec = {
  ...{ image: 'x', hostname: 'x', labels: {}, authorizedKey: undefined, volume: 'x', store: undefined },
  ...{ network: undefined, loopback: [], restart: 'no' },
}
const documented = readFileSync(new URL('../../boxes/coreos/README.md', import.meta.url), 'utf8')

describe('the capabilities of a node', () => {
  it('are listed with their reasons, and no others', () => {
    const [, section = ''] = documented.split('## Capabilities')
    const rows = section.split('## ')[0]?.match(/^\| `.*$/gm) ?? []
    const names = rows.flatMap((row) => row.split('|')[1]?.match(/[A-Z_]{3,}/g) ?? [])
    expect(names.toSorted()).toEqual(capabilities.toSorted())
    for (const row of rows) expect(row.split('|')[2]?.trim()).toMatch(/\w/)
  })

  it('do not make it privileged', () => {
    const { HostConfig } = nodeBody(spec)
    expect(HostConfig).toMatchObject({ CapDrop: ['ALL'] })
    expect(HostConfig).not.toHaveProperty('Privileged')
    expect(JSON.stringify(HostConfig)).not.toMatch(/docker\.sock|"host"|\/proc|\/dev/)
  })
})

/** All that a node is for: a login, rights of root, containers of root and of others, commands in them, their ports. */
const works = `set -e
mkdir -p /root/.ssh && cp /key /root/.ssh/key && chmod 600 /root/.ssh/key
ssh -o StrictHostKeyChecking=no -o BatchMode=yes -i /root/.ssh/key core@127.0.0.1 'sudo -n true && docker version >/dev/null'
docker run --rm IMAGE sh -c 'touch /x && chown 1000:1000 /x && chmod 4755 /x && mknod /n c 1 3 && perl -e "use IO::Socket::INET; IO::Socket::INET->new(Listen => 1, LocalPort => 80) or die"'
docker run --detach --name other --user 1000:1000 --publish 8080:80 IMAGE sleep 1000
docker exec other true
docker stop --time 1 other
docker rm other`

/** Each takes half a minute, so only a full run does it. */
describe.runIf(points(0, 1) > 0)('a node without', () => {
  let project: Scratch
  let engine: Dockerode
  let box: StoredBox | undefined
  let folder: string

  beforeAll(async () => {
    project = scratch('one')
    folder = mkdtempSync(join(tmpdir(), 'captest-'))
    engine = await localEngine()
    project.playbook(`return [container(one, 'any', { image: tiny, command: ['sleep', '1000'] })]`)
    expect((await project.provision(['box', 'bake', '--plain'])).code).toBe(0)
    box = (await listBoxes(engine, new AbortController().signal, project.prefix))[0]
  })
  afterAll(async () => {
    await project.remove()
    rmSync(folder, { recursive: true, force: true })
    tally('capabilities taken away', capabilities.length)
  })

  /** What fails on a node without a capability; undefined when all works. */
  async function failure(without: string | undefined): Promise<string | undefined> {
    const name = `${prefix}-${without ?? 'none'}`.toLowerCase()
    const key = makeKeyPair(name)
    const body = nodeBody({
      ...spec,
      ...{ image: box?.image ?? '', hostname: 'one', authorizedKey: key.publicKey.trim(), volume: name },
      store: box?.store,
    })
    const HostConfig = { ...body.HostConfig, CapAdd: capabilities.filter((one) => one !== without) }
    await engine.createVolume({ Name: name })
    try {
      await startNode(engine, name, { ...body, HostConfig }, makeKeyPair('host'))
      for (let i = 0; (await problem(name, 'docker info >/dev/null')) !== undefined; i++) {
        if (i === 12) return 'no Docker'
        await sleep(1_000)
      }
      await problem(name, `cat > /key <<'END'\n${key.privateKey.trim()}\nEND`)
      return await problem(name, works.replaceAll('IMAGE', `${project.prefix}/tiny`))
    } finally {
      await removeNode(engine, name)
      await removeVolume(engine, name)
    }
  }
  const problem = (name: string, script: string): Promise<string | undefined> =>
    ask('docker', 'exec', name, 'timeout', '30', 'sh', '-c', script).then(
      () => undefined,
      (error: unknown) => String(error),
    )

  it('none of them works', async () => {
    expect(await failure(undefined)).toBeUndefined()
  })

  it.each(capabilities)('%s does not', async (name) => {
    const found = await failure(name)
    process.stdout.write(`without ${name}: ${found?.split('\n').slice(-2)[0] ?? 'all works'}\n`)
    expect(found).toBeDefined()
  })
})
