import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { jumpCommand, proxyCommand } from '../../../src/transport/ssh/jump.ts'

const run = promisify(execFile)
const options = ['BatchMode=yes', 'StrictHostKeyChecking=yes', 'LogLevel=ERROR']
const strict = ['ssh', '-a', '-x', ...options.flatMap((one) => ['-o', one])]
const first = `${strict.join(' ')} -W '[%h]:%p' -- gate`

describe('the command that leads through jump hosts', () => {
  it.each([
    ['one', 'gate', [...strict, '-W', '[10.0.0.5]:22', '--', 'gate']],
    [
      'user and port',
      'me@gate:2200',
      [...strict, '-W', '[10.0.0.5]:22', '-l', 'me', '-p', '2200', '--', 'gate'],
    ],
    ['as a URI', 'ssh://me@gate', [...strict, '-W', '[10.0.0.5]:22', '-l', 'me', '--', 'gate']],
    [
      'an address of IPv6',
      'me@[::1]:2200',
      [...strict, '-W', '[10.0.0.5]:22', '-l', 'me', '-p', '2200', '--', '::1'],
    ],
    ['one without brackets', '::1', [...strict, '-W', '[10.0.0.5]:22', '--', '::1']],
    [
      'two',
      'gate,me@inner',
      [...strict, '-o', `ProxyCommand=${first}`, '-W', '[10.0.0.5]:22', '-l', 'me', '--', 'inner'],
    ],
  ])('%s', (_, jump, expected) => {
    expect(jumpCommand(jump, '10.0.0.5', 22)).toEqual(expected)
  })

  it('leaves tokens to the client that they are for, however many there are', async () => {
    const [program = '', ...args] = jumpCommand('gate,inner,last', '10.0.0.5', 22)
    const { stdout } = await run(program, ['-G', ...args])
    const proxy = /^proxycommand (.*)$/m.exec(stdout)?.[1] ?? ''
    // As the client expands it for the host before.
    const expanded = proxy.replace(
      /%(.)/g,
      (_, token) => ({ h: 'last', p: '22', '%': '%' })[String(token)] ?? '?',
    )
    expect(expanded).toContain(' -W [last]:22 -- inner'.replace('[last]:22', "'[last]:22'"))
    expect(expanded).toContain('[%h]:%p')
    expect(expanded).not.toContain('%%')
  })

  it('is a value of ProxyCommand', () => {
    expect(proxyCommand('gate')).toBe(first)
    expect(proxyCommand('a,b,c')).toContain('%%h')
  })
})
