import { describe, expect, it } from 'vitest'
import { ProvisionError } from '../../src/core/error.ts'
import { lostError } from '../../src/transport/ssh/error.ts'
import { noneReached, someUnreached } from '../../src/engine/hosts.ts'

const lost = (host: string) =>
  new ProvisionError('host', `${host}: the connection was lost`, { help: `look at ${host}` })
const db = lost('db')

describe('hosts that are not reached', () => {
  it.each([
    ['one', [{ host: 'db', error: db }], 'db: the connection was lost', undefined],
    [
      'one that holds up others',
      ['web', 'app', 'db'].map((host) => ({ host, error: db })),
      'db: the connection was lost',
      undefined,
    ],
    [
      'two, one of which holds up another',
      [
        { host: 'web', error: db },
        { host: 'db', error: db },
        { host: 'app', error: lost('app') },
      ],
      '2 hosts cannot be reached; nothing was changed',
      'db: the connection was lost\napp: the connection was lost',
    ],
  ])('%s', (_, [first, ...others], message, output) => {
    if (!first) throw new Error('no host')
    expect(noneReached([first, ...others])).toMatchObject({ message, output, help: 'look at db' })
  })

  it('are told with what they show, which the help is about', () => {
    const key = (host: string) =>
      new ProvisionError('host', `${host}: its key is not known`, {
        output: [`it shows ${host}-key`, ...Array.from({ length: 9 }, (_, i) => `line ${i + 2}`)].join('\n'),
        help: 'compare what it shows',
      })
    const [web, app] = ['web', 'app'].map((host) => ({ host, error: key(host) }))
    if (!web || !app) throw new Error('no host')
    const shown = (host: string) =>
      [
        `${host}: its key is not known`,
        `  it shows ${host}-key`,
        ...[2, 3, 4, 5].map((n) => `  line ${n}`),
      ].join('\n')
    expect(noneReached([web, app])).toMatchObject({
      output: `${shown('web')}\n${shown('app')}`,
      help: 'compare what it shows',
    })
  })

  it('are told once for each reason, with what to do next', () => {
    expect(
      someUnreached([
        { host: 'web', error: db },
        { host: 'db', error: db },
      ]),
    ).toMatchObject({
      message: 'db: the connection was lost',
      help: 'look at db, then run the same again: what is done already is not done twice',
    })
  })

  it('are to be tried again, which is said once of a connection that was lost', () => {
    const error = lostError('db', undefined)
    expect(someUnreached([{ host: 'db', error }])).toMatchObject({
      help: 'look whether db is up, then run the same again: what is done already is not done twice',
    })
    expect(
      someUnreached([
        { host: 'db', error },
        { host: 'app', error: lost('app') },
      ]),
    ).toMatchObject({
      help: 'look whether db is up, then run the same again: what is done already is not done twice',
    })
  })
})
