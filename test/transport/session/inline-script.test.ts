import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newMarker, scriptInput } from '../../../src/transport/session/bootstrap.ts'
import {
  inlineCommand,
  scriptCommand,
  shortScriptCommand,
} from '../../../src/transport/session/inline-script.ts'
import { runIn, shells } from '../../support/shells.ts'

const marker = newMarker()
const inputOf = (script: string, stdin: Uint8Array) =>
  Buffer.concat([Buffer.from(scriptInput(marker, script)), stdin])

/** What a command line writes after the line that begins it. */
async function written(shell: (typeof shells)[number], line: string): Promise<Buffer> {
  const { code, stdout } = await runIn(shell, line, new Uint8Array())
  expect(code).toBe(0)
  return stdout.subarray(stdout.indexOf('\n') + 1)
}

describe.each(shells)('a command line under $title', (shell) => {
  it('brings script and input byte for byte', { timeout: 60_000 }, async () => {
    const script = `printf '%s|' 'it'"'"'s' '$HOME' '\\0101' '!x' "%d"; cat`
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (stdin) => {
        const line = inlineCommand(marker, [], inputOf(script, stdin), 'any') ?? ''
        expect(await written(shell, line)).toEqual(
          Buffer.concat([Buffer.from(`it's|$HOME|\\0101|!x|%d|`), stdin]),
        )
      }),
      { numRuns: 20 },
    )
  })

  it('brings a long one packed', async () => {
    const stdin = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `/srv/www/page ${i}\0`).join(''))
    const line = inlineCommand(marker, [], inputOf('cat', stdin), 'openssh') ?? ''
    expect(line.length).toBeLessThan(120_000)
    expect((await written(shell, line)).equals(stdin)).toBe(true)
  })
})

it.each<[string, number, 'any' | 'openssh', boolean]>([
  ['a short one fits everywhere', 1_000, 'any', true],
  ['a long one fits OpenSSH', 50_000, 'openssh', true],
  ['but no small sshd', 50_000, 'any', false],
  ['a very long one fits none', 200_000, 'openssh', false],
])('%s', (_, bytes, server, fits) => {
  // What does not get smaller by packing.
  let seed = 1
  const stdin = Buffer.from(
    Array.from({ length: bytes }, () => (seed = (seed * 48_271) % 2_147_483_647) & 0xff),
  )
  const short = Buffer.from('a'.repeat(bytes))
  const line = inlineCommand(marker, [], inputOf('cat', bytes > 1_000 ? stdin : short), server)
  expect(line !== undefined).toBe(fits)
})

it('sudo, which writes its command line into a log, gets nothing of it', () => {
  const line =
    inlineCommand(marker, ['sudo', '-n', '-H'], inputOf('cat /planted', Buffer.alloc(0)), 'any') ?? ''
  expect(line).toContain(' | sudo -n -H sh -c "$1" "$0"')
  expect(line.indexOf('/planted')).toBeGreaterThan(line.lastIndexOf('sudo'))
})

it('holds no character that a login shell of any kind takes for something else', () => {
  const every = Uint8Array.from({ length: 256 }, (_, i) => i)
  const line = inlineCommand(marker, [], inputOf('cat', every), 'any') ?? ''
  expect(line).not.toMatch(/[\n\r!\0]|[^\x20-\x7e]|\\\\/)
})

it.each<[number, 'any' | 'openssh', boolean, boolean]>([
  [7_000, 'any', true, true],
  [9_000, 'any', false, false],
  [13_000, 'openssh', true, true],
  [15_000, 'openssh', false, true],
  [130_000, 'openssh', false, false],
])('a script of %i bytes, to %s: short %s, at all %s', (bytes, server, isShort, fits) => {
  const script = `: ${'x'.repeat(bytes)}`
  expect(shortScriptCommand(marker, script, server) !== undefined).toBe(isShort)
  expect(scriptCommand(marker, script, server) !== undefined).toBe(fits)
})
