import { execFile } from 'node:child_process'
import { expect, it } from 'vitest'
import { cli } from '../support/the-cli.ts'

it('output that finds no room is told without a stack', async () => {
  const ended = await new Promise((resolve) => {
    const line = '"$0" "$1" help > /dev/full'
    execFile('sh', ['-c', line, process.execPath, cli.bin], (error, _, stderr) =>
      resolve({ code: error?.code, stderr }),
    )
  })
  const stderr: unknown = expect.stringMatching(/^✖ not all could be written to standard output: ENOSPC.*\n$/)
  expect(ended).toEqual({ code: 1, stderr })
})
