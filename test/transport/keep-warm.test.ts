import { describe, expect, it } from 'vitest'
import type { SshTarget } from '../../src/core/host.ts'
import { keepWarm } from '../../src/transport/keep-warm.ts'
import { fakeHost } from '../support/fake-host.ts'

const signal = new AbortController().signal

const target = (name: string, more: Partial<SshTarget> = {}): SshTarget => ({
  ...{ name, address: '192.0.2.1', port: 22, user: 'core', identityFile: undefined, knownHosts: [] },
  ...{ hostKeyAlias: undefined, become: true },
  ...more,
})

/** Fake hosts, each with a connection that can be lost. */
function network() {
  const made: { name: string; lose: () => void; isClosed: () => boolean }[] = []
  let refuses = false
  const warm = keepWarm(({ name }) => {
    if (refuses) return Promise.reject(new Error(`${name} is away`))
    const lost = new AbortController()
    let closed = false
    made.push({ name, lose: () => lost.abort(), isClosed: () => closed })
    const close = () => {
      closed = true
      return Promise.resolve()
    }
    return Promise.resolve({ ...fakeHost(name), close, connection: { lost: lost.signal } })
  })
  return { warm, made, refuse: (whether: boolean) => void (refuses = whether) }
}

describe('connections that stay open', () => {
  it('are opened once, and closed only at the end', async () => {
    const { warm, made } = network()
    for (let run = 0; run < 3; run++) await (await warm.connect(target('web'), signal)).close()
    expect(made.map(({ isClosed }) => isClosed())).toEqual([false])
    await warm.close()
    expect(made.map(({ isClosed }) => isClosed())).toEqual([true])
  })

  it('are one for several that ask at once, and one a host', async () => {
    const { warm, made } = network()
    await Promise.all(['web', 'web', 'app', 'web'].map((name) => warm.connect(target(name), signal)))
    expect(made.map(({ name }) => name).sort()).toEqual(['app', 'web'])
  })

  it('are opened anew when they were lost', async () => {
    const { warm, made } = network()
    await warm.connect(target('web'), signal)
    made[0]?.lose()
    expect(warm.connected('web')).toBeUndefined()
    await Promise.all([warm.connect(target('web'), signal), warm.connect(target('web'), signal)])
    expect(made.map(({ isClosed }) => isClosed())).toEqual([true, false])
    expect(warm.connected('web')).toBeDefined()
  })

  it('are opened anew when a host is reached in another way', async () => {
    const { warm, made } = network()
    await warm.connect(target('web'), signal)
    await warm.connect(target('web', { port: 2222 }), signal)
    expect(made.map(({ isClosed }) => isClosed())).toEqual([true, false])
  })

  it('are tried again when they could not be opened', async () => {
    const { warm, made, refuse } = network()
    refuse(true)
    await expect(warm.connect(target('web'), signal)).rejects.toThrow('web is away')
    refuse(false)
    await warm.connect(target('web'), signal)
    expect(made).toHaveLength(1)
  })

  it('say whether one that a run found open was lost in it: one that the run opened itself does not count', async () => {
    const { warm, made } = network()
    warm.begin()
    await warm.connect(target('web'), signal)
    made[0]?.lose()
    expect(warm.hasLost()).toBe(false)
    warm.begin()
    await warm.connect(target('web'), signal)
    expect(warm.hasLost()).toBe(false)
    warm.begin()
    await warm.connect(target('web'), signal)
    made[1]?.lose()
    expect(warm.hasLost()).toBe(true)
  })
})
