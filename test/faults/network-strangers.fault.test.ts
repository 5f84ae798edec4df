import { createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tally } from '../support/faults.ts'
import { freePort, startSshd, type Sshd } from '../support/sshd.ts'
import { connect } from '../../src/transport/ssh/index.ts'
import { failure, never } from '../support/transport.ts'

let sshd: Sshd
beforeAll(async () => (sshd = await startSshd()))
afterAll(() => sshd.stop())

const cut = /: the connection was cut before it was ready$/
const silent = /: no answer within 1 s$/
const noSsh = /: what answers there speaks no SSH: /

/** What answers on the port instead of sshd. */
const strangers: Readonly<Record<string, readonly [(socket: Socket) => void, RegExp, RegExp?]>> = {
  'says nothing': [(socket) => socket.resume(), silent],
  'hangs up at once': [(socket) => socket.destroy(), cut],
  'hangs up when spoken to': [(socket) => socket.once('data', () => socket.destroy()), cut],
  'resets at once': [(socket) => socket.resetAndDestroy(), cut],
  'has no room, as sshd with MaxStartups says it': [
    (socket) => socket.end('Exceeded MaxStartups\r\n'),
    cut,
    /it said: Exceeded MaxStartups/,
  ],
  'is a web server': [
    (socket) =>
      socket.once('data', () =>
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<h1>Bad Request</h1>\r\n'),
      ),
    cut,
    /it said: HTTP\/1\.1 400 Bad Request/,
  ],
  'is a mail server': [(socket) => socket.write('220 mail ESMTP\r\n'), silent, /it said: 220 mail/],
  'has a banner of 100 kB in lines': [
    (socket) => socket.write('welcome to this host\r\n'.repeat(5_000)),
    noSsh,
  ],
  'has a banner of 100 kB in one line': [(socket) => socket.write('x'.repeat(100_000)), noSsh],
  'has a banner without end': [
    (socket) => {
      const timer = setInterval(() => socket.write('welcome\r\n'.repeat(100)), 5)
      socket.on('close', () => clearInterval(timer))
    },
    /no answer within|speaks no SSH/,
    /it said: welcome/,
  ],
  'speaks SSH 1': [(socket) => socket.write('SSH-1.5-old\r\n'), noSsh],
  'speaks SSH, then nothing': [(socket) => socket.write('SSH-2.0-silent\r\n'), silent],
  'speaks SSH, then hangs up': [(socket) => socket.end('SSH-2.0-rude\r\n'), cut],
  'speaks SSH, then noise': [
    (socket) => socket.write(Buffer.concat([Buffer.from('SSH-2.0-noisy\r\n'), Buffer.alloc(50_000, 0xff)])),
    noSsh,
  ],
  'speaks TLS': [(socket) => socket.write(Buffer.from('150301000202280a', 'hex').subarray(0, 7)), silent],
}

describe('what listens on the port', () => {
  let refused = 0
  afterAll(() => tally('strangers refused', refused))
  it.concurrent.each(Object.entries(strangers))('%s', async (_, [answer, message, output = /^/]) => {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      answer(socket)
    })
    const port = await freePort()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const started = performance.now()
    const error = await failure(connect({ ...sshd.target, port }, never, { timeout: 1_000 }))
    if (process.env['PROVISION_FAULTS_SHOW'])
      console.log([error.message, error.output, error.help].join('\n'))
    expect(error.code).toBe('host')
    expect(error.message).toMatch(new RegExp(`^box: 127\\.0\\.0\\.1, port ${port}`))
    expect(error.message).toMatch(message)
    expect(error.output ?? '').toMatch(output)
    expect(error.help).toBeTruthy()
    expect(performance.now() - started).toBeLessThan(6_000)
    sockets.forEach((socket) => socket.destroy())
    await new Promise((resolve) => server.close(resolve))
    refused++
  })
})
