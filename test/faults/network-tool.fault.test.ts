import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../support/cli.ts'
import { cli } from '../support/the-cli.ts'
import { effort, tally } from '../support/faults.ts'
import { faultyProxy, type Path } from '../support/faulty-proxy.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'
import { sshProject } from '../support/ssh-project.ts'

const { seed, points } = effort()

let sshd: Sshd
beforeAll(async () => {
  sshd = await startSshd()
})
afterAll(async () => {
  await sshd.stop()
})

const lost = /box: the connection was lost/
const rows: readonly (readonly [string, Path, RegExp])[] = [
  ['is reset among the files', { up: { after: 60_000, fault: 'reset' } }, lost],
  ['falls silent among the files', { up: { after: 700_000, fault: 'swallow' } }, lost],
  ['is closed when the host is asked', { up: { after: 4_000, fault: 'close' } }, lost],
  ['falls silent at connecting', { up: { after: 0, fault: 'swallow' } }, /no answer within 10 s/],
]

describe('the tool, when a connection', () => {
  let survived = 0
  afterAll(() => tally('faults told by the tool as one error', survived))
  it.each(rows.slice(0, points(1, rows.length)))('%s', async (_, path, message) => {
    const proxy = await faultyProxy(sshd, seed, () => path)
    const project = sshProject(
      proxy.target,
      (dir) => `return [1, 2, 3, 4, 5].map((i) => file(hosts.box, '${dir}/there/' + i, { from: './data' }))`,
    )
    const { dir } = project
    try {
      const { code, stdout, stderr } = await runCli(cli, project.args, { cwd: dir })
      const said = stdout + stderr
      if (process.env['PROVISION_FAULTS_SHOW']) console.log(said)
      expect(code).toBe(1)
      expect(said).toMatch(message)
      expect(said.match(/^help: /gm)).toHaveLength(1)
      const there = join(dir, 'there')
      const files = existsSync(there) ? readdirSync(there).filter((name) => !name.startsWith('.')) : []
      for (const name of files) expect(readFileSync(join(there, name)).length).toBe(250_000)
      survived++
    } finally {
      await proxy.stop()
      project.remove()
    }
  })
})
