import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Action } from '../../src/core/action.ts'
import { digestOf } from '../../src/core/digest.ts'
import type { Probe } from '../../src/core/probe.ts'
import { connectHost } from '../../src/transport/host.ts'
import { delayProxy } from '../support/delay-proxy.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'
import { never } from '../support/transport.ts'

/** Long against what a busy machine takes to answer. Milliseconds. */
const roundTrip = 200

/** How often a run that finds nothing to do waits for a host, counted on the wire of a long way; TCP's own is not counted. */
describe('round trips', { timeout: 60_000 }, () => {
  let sshd: Sshd
  let folder = ''
  const most = 1_000
  const path = (i: number) => join(folder, `part-${i % 7}`, `a page of the site, number ${i}.html`)

  beforeAll(async () => {
    sshd = await startSshd()
    folder = join(sshd.folder, 'www')
    for (let i = 0; i < 7; i++) await mkdir(join(folder, `part-${i}`), { recursive: true })
    for (let i = 0; i < most; i++) await writeFile(path(i), String(i))
  })
  afterAll(() => sshd.stop())

  const files = (count: number): Probe[] =>
    Array.from({ length: count }, (_, i) => ({ ask: 'stat', path: path(i) }) as const)
  const docker: readonly Probe[] = [
    { ask: 'owned', playbook: 'none', environment: 'none' },
    ...['one', 'two', 'three'].map((name) => ({ ask: 'container', name: `no-such-${name}` }) as const),
    ...['one', 'two', 'three'].map((name) => ({ ask: 'image', ref: `no/such-${name}:1` }) as const),
  ]
  const command: Probe = { ask: 'command', argv: ['sh', '-c', 'echo out; exit 3'] }

  /** Trips until a host is connected, and from there to its answers. */
  async function tripsFor(probes: readonly Probe[], over: Sshd = sshd) {
    const proxy = await delayProxy(over, roundTrip)
    const details: string[] = []
    const onDetail = (text: string) => void details.push(text)
    const host = await connectHost(proxy.target, never, { onDetail, questions: 9 })
    try {
      const connect = proxy.trips()
      const answers = await host.probe(probes, never)
      return { connect, ask: proxy.trips() - connect, answers, details }
    } finally {
      await host.close()
      await proxy.stop()
    }
  }

  // A login opens what is needed for that.
  it.each<[string, () => readonly Probe[]]>([
    ['20 files', () => files(20)],
    ['1,000 files', () => files(most)],
    ['20 files, Docker’s lists and inspects', () => [...docker, ...files(20)]],
    ['1,000 files, Docker’s lists and inspects', () => [...docker, ...files(most)]],
    ['a command', () => [command]],
  ])('one after it is connected: %s', async (title, probes) => {
    // What this machine is late with looks like one more: the fewest of some tries count.
    let { connect, ask, details } = await tripsFor(probes())
    for (let i = 0; i < 3 && connect + ask > 4; i++) ({ connect, ask, details } = await tripsFor(probes()))
    console.log(`${title}: connected after ${connect} round trips, answered after ${ask} more`)
    expect({ connect, ask, details }).toEqual({ connect: 3, ask: 1, details: [] })
  })

  it('six for the difference of a large file: checksums, those of parts; two for what is new, two to put it in place', async () => {
    const [old, edited] = [randomBytes(5_000_000), join(sshd.folder, 'edited')]
    const content = Buffer.from(old)
    content.writeUInt32LE(7, 2_500_000)
    await writeFile(edited, content)
    const target = join(sshd.folder, 'large')
    const tripsToWrite = async (): Promise<number> => {
      await writeFile(target, old)
      const proxy = await delayProxy(sshd, roundTrip)
      const host = await connectHost(proxy.target, never)
      try {
        const connect = proxy.trips()
        const write: Action = {
          ...{ do: 'write', path: target, content: { from: 'file', path: edited } },
          ...{ digest: digestOf(content), size: content.length },
          ...{ mode: undefined, owner: undefined, group: undefined },
        }
        expect(await host.perform([write], never)).toEqual([{ ok: true }])
        expect((await readFile(target)).equals(content)).toBe(true)
        return proxy.trips() - connect
      } finally {
        await host.close()
        await proxy.stop()
      }
    }
    let trips = await tripsToWrite()
    for (let i = 0; i < 3 && trips > 6; i++) trips = Math.min(trips, await tripsToWrite())
    expect(trips).toBe(6)
  })

  it.each([
    ['an elliptic curve', ['-t', 'ecdsa'], 3],
    // Which form its signatures have is told by the host.
    ['RSA', ['-t', 'rsa', '-b', '2048'], 5],
  ])('lets in with a key of %s', async (_, type, trips) => {
    const identityFile = join(sshd.folder, `key ${type.join(' ')}`)
    await promisify(execFile)('ssh-keygen', ['-q', '-N', '', ...type, '-f', identityFile])
    await appendFile(join(sshd.folder, 'authorized_keys'), await readFile(`${identityFile}.pub`))
    const { connect, answers } = await tripsFor([command], {
      ...sshd,
      target: { ...sshd.target, identityFile },
    })
    expect({ connect, answers }).toEqual({ connect: trips, answers: [{ code: 3, output: 'out\n' }] })
  })

  it('two where a secret belongs to what is asked, which is in no command line', async () => {
    expect(await tripsFor([{ ...command, secret: true }])).toMatchObject({
      ask: 2,
      answers: [{ code: 3, output: 'out\n' }],
    })
  })

  it('a host that runs no such command line gets it the other way, and gives the same answers', async () => {
    const { answers } = await tripsFor([...files(20), command])
    // Some let only commands through that look as they expect them.
    const picky = await startSshd({}, [
      `ForceCommand case $SSH_ORIGINAL_COMMAND in *printf*|*gzip*) exit 1;; esac; eval "$SSH_ORIGINAL_COMMAND"`,
    ])
    try {
      const slow = await tripsFor([...files(20), command], picky)
      expect(slow.answers).toEqual(answers)
      expect(slow.details).toEqual([
        'box: no script runs there within a command line, so what is asked there is sent after it',
      ])
    } finally {
      await picky.stop()
    }
  })

  it.each(['gzip', 'base64'])('a host without %s gives the same answers to much', async (tool) => {
    const tools = await mkdtemp(join(tmpdir(), 'provision-without-'))
    await writeFile(join(tools, tool), '#!/bin/sh\nexit 127\n', { mode: 0o755 })
    const bare = await startSshd({}, [`ForceCommand PATH=${tools}:$PATH; eval "$SSH_ORIGINAL_COMMAND"`])
    try {
      const { answers } = await tripsFor([...files(400), command])
      expect((await tripsFor([...files(400), command], bare)).answers).toEqual(answers)
    } finally {
      await bare.stop()
      await rm(tools, { recursive: true })
    }
  })
})
