import { expect, it } from 'vitest'
import { secret } from '../../../src/core/secret/index.ts'
import { answerProbes } from '../../../src/transport/probe/index.ts'
import type { ShellProbe } from '../../../src/transport/probe/script.ts'
import { fakeConnection } from '../../support/fake-connection.ts'

const asking = { ask: 'command', argv: ['true'] } as const

it.each<[string, ShellProbe, 'script' | 'openly']>([
  ['nothing secret goes within a command line', asking, 'openly'],
  ['plain variables too', { ...asking, env: { A: 'b' } }, 'openly'],
  ['what belongs to a secret is seen nowhere', { ...asking, secret: true }, 'script'],
  ['nor are secret variables', { ...asking, env: { A: secret('s3cret') } }, 'script'],
])('%s', async (_, probe, way) => {
  const ways: string[] = []
  const went = (by: string) => () => {
    ways.push(by)
    return Promise.reject(new Error('gone'))
  }
  const connection = fakeConnection({ script: went('script'), openly: went('openly') })
  const { signal } = new AbortController()
  await expect(answerProbes(connection, [probe], signal)).rejects.toThrow('gone')
  expect(ways).toEqual([way])
})
