import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { timeLimit } from '../../src/transport/time-limit.ts'
import { cli } from '../support/the-cli.ts'
import { startAsJob, startAtTerminal } from '../support/live.ts'
import { makeSite, type Site } from '../support/site.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'

describe('provision watch at a terminal', () => {
  let sshd: Sshd
  let site: Site

  beforeAll(async () => {
    sshd = await startSshd()
    site = await makeSite(`e2e-watch-keys-${process.pid}`, sshd)
  })
  afterAll(async () => {
    await site.remove()
    await sshd.stop()
  })

  it('takes keys from a terminal', async () => {
    const terminal = startAtTerminal(cli, ['watch', ...site.args], site.dir)
    await terminal.sees('watching')
    terminal.press('l')
    await terminal.sees('logs on')
    await fetch(`http://127.0.0.1:${site.port}/from-the-terminal`, { signal: timeLimit(2_000) })
    await terminal.sees('asked for /from-the-terminal')
    terminal.press('l')
    await terminal.sees('logs off')
    terminal.press('r')
    await terminal.sees('nothing to do')
    await terminal.sees('watching')
    terminal.press('q')
    expect(await terminal.ended).toBe(0)
  })

  it('is suspended by Ctrl-Z, and takes keys again when it goes on', async () => {
    const terminal = startAsJob(cli, ['watch', ...site.args], site.dir)
    await terminal.sees('watching')
    terminal.press('\u001a')
    await terminal.sees('stopped by 148')
    terminal.press('\r')
    await terminal.sees("'watch'")
    terminal.press('r')
    await terminal.sees('nothing to do')
    terminal.press('q')
    expect(await terminal.ended).toBe(0)
  })
})
