import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { cli } from '../support/the-cli.ts'

/** A copy of the tool that has never run. */
function freshTool(): { readonly bin: string; readonly kept: () => readonly string[] } {
  const folder = temporaryFolder()
  cpSync(join(dirname(cli.bin), '../..'), folder, {
    recursive: true,
    // Others run it at this moment.
    filter: (path) => !/\.code(\.\d+)?$/.test(path),
  })
  const code = join(folder, 'dist/cli')
  const kept = () => readdirSync(code).filter((name) => name.includes('.code'))
  return { bin: join(code, 'bin.js'), kept: () => kept().map((name) => join(code, name)) }
}

it('keeps what was compiled of it, once, and apart for what is called often', async () => {
  const tool = freshTool()
  const first = await runCli(tool, ['--help'])
  expect(first).toMatchObject({ code: 0, stderr: '' })
  const [path = '', ...others] = tool.kept()
  expect([path.split('/').at(-1), others]).toEqual([expect.stringMatching(/^any-\d+\.code$/), []])
  const { ino } = statSync(path)
  expect(await runCli(tool, ['--help'])).toEqual(first)
  expect(statSync(path).ino).toBe(ino)
  await runCli(tool, ['status', '--help'])
  expect(tool.kept()).toHaveLength(2)
})

it('is not harmed by kept code that is damaged, and keeps it anew', async () => {
  const tool = freshTool()
  const first = await runCli(tool, ['--help'])
  const [path = ''] = tool.kept()
  const whole = readFileSync(path)
  writeFileSync(path, whole.fill(0, 1_000, 9_000))
  expect(await runCli(tool, ['--help'])).toEqual(first)
  expect(readFileSync(path).subarray(1_000, 9_000).equals(Buffer.alloc(8_000))).toBe(false)
})

it('says which of its files it cannot start with, and what to do', async () => {
  const tool = freshTool()
  const start = join(dirname(tool.bin), 'start.js')
  writeFileSync(start, '')
  const { code, stdout, stderr } = await runCli(tool, ['--help'])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(
    /^✖ provision cannot start: .*\/start\.js is not what the build made\nhelp: .*npm run build/,
  )
})
