import { afterAll, beforeAll, expect, test } from 'vitest'
import { PassThrough, Readable } from 'node:stream'
import { containerExec } from '../../src/transport/docker/exec.ts'
import { containerLogs, type LogLine } from '../../src/transport/docker/logs.ts'
import { awaiting, made, never, startDockerHost, type DockerHost } from '../support/docker-host.ts'
import { matching } from '../support/matching.ts'

let host: DockerHost
beforeAll(async () => {
  host = await startDockerHost('dtest-talk')
})
afterAll(() => host.stop())

const name = 'dtest-talk-talk'
const program = `binmode STDOUT; $| = 1; STDERR->autoflush(1);
  print "ein wört\\n"; print STDERR "oops\\n"; print "x" x 40000, "\\n"; print "open end"; sleep 1000`
beforeAll(async () => {
  await host.done(...made(name, host.body(['perl', '-MIO::Handle', '-e', program])))
  await host.done(awaiting(name, { by: 'log', pattern: 'oops' }))
})
afterAll(() => host.done({ do: 'remove-container', name }))

async function logOf(options: { follow?: boolean; tail?: number; lines?: number }): Promise<LogLine[]> {
  const stop = new AbortController()
  const lines: LogLine[] = []
  await containerLogs(host.port.docker, name, {
    ...(options.follow === undefined ? {} : { follow: options.follow }),
    tail: options.tail,
    signal: stop.signal,
    onLine: (line) => {
      lines.push(line)
      if (lines.length === options.lines) stop.abort()
    },
  })
  return lines
}

test('whole lines of both streams with times, also one that Docker cut in pieces', async () => {
  const lines = await logOf({})
  expect(lines).toContainEqual({
    time: matching(/^\d{4}-.*Z$/),
    stream: 'stdout',
    text: 'ein wört',
  })
  expect(lines).toContainEqual(expect.objectContaining({ stream: 'stderr', text: 'oops' }))
  expect(lines.map(({ text }) => text)).toContain('x'.repeat(40_000))
})

test('following ends with its signal', async () => {
  expect(await logOf({ follow: true, lines: 2 })).toHaveLength(2)
})

test('of nothing', async () => {
  const asked = containerLogs(host.port.docker, 'dtest-talk-none', { signal: never, onLine: () => {} })
  await expect(asked).rejects.toMatchObject({ code: 'usage' })
})

const nothing = () => {}

async function exec(argv: readonly string[], stdin?: Readable, columns?: number) {
  let out = ''
  let err = ''
  const terminal = columns
    ? {
        size: () => ({ columns, rows: 10 }),
        onResize: () => nothing,
        takeKeys: () => nothing,
        onHang: nothing,
      }
    : undefined
  const code = await containerExec(host.port.docker, name, argv, {
    stdin,
    terminal,
    signal: never,
    onData: ({ stream, data }) => {
      if (stream === 'stdout') out += data.toString()
      else err += data.toString()
    },
  })
  return { code, out, err }
}

test('exit code and both outputs', async () => {
  expect(await exec(['perl', '-e', 'print "out"; print STDERR "err"; exit 3'])).toEqual({
    code: 3,
    out: 'out',
    err: 'err',
  })
  // 126 before Docker 25, 127 since.
  expect([126, 127]).toContain((await exec(['nothing-of-the-kind'])).code)
})

test('standard input of any bytes, to its end', async () => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251))
  const count = 'binmode STDIN; local $/; my $d = <STDIN>; print length $d, " ", unpack "%32C*", $d'
  const { out } = await exec(['perl', '-e', count], Readable.from([bytes]))
  expect(out).toBe(`300000 ${bytes.reduce((sum, byte) => sum + byte, 0)}`)
})

test('a command that ends before it has read its input', async () => {
  const endless = new PassThrough()
  const feed = setInterval(() => endless.write('more\n'), 5)
  expect((await exec(['perl', '-e', 'my $l = <STDIN>; print $l; exit 2'], endless)).code).toBe(2)
  clearInterval(feed)
})

test('a terminal has this one’s size', async () => {
  const size =
    'select undef, undef, undef, 0.3; ioctl(STDOUT, 0x5413, my $w = "\\0" x 8); print join "x", unpack "S2", $w'
  expect((await exec(['perl', '-e', size], undefined, 77)).out).toBe('10x77')
})

test('a container that is not there', async () => {
  const asked = containerExec(host.port.docker, 'dtest-talk-none', ['true'], {
    signal: never,
    onData: () => {},
  })
  await expect(asked).rejects.toMatchObject({ code: 'action' })
})
