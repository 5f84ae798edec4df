import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { cli } from '../support/the-cli.ts'
import { effort, tally } from '../support/faults.ts'
import { sshProject } from '../support/ssh-project.ts'
import { startSshd } from '../support/sshd.ts'

const run = promisify(execFile)
const { points } = effort()

/** Whether this kernel drops packets by chance, in a network of a test's own. */
const losesPackets = async (): Promise<boolean> =>
  process.getuid?.() === 0 &&
  (await run('unshare', ['--net', 'sh', '-c', rule(0.05)]).then(
    () => true,
    () => false,
  ))

const rule = (chance: number): string =>
  `ip link set lo up && iptables -A INPUT -i lo -m statistic --mode random --probability ${chance} -j DROP`

describe.runIf(await losesPackets())('a network that loses packets, for the tool itself', () => {
  let survived = 0
  afterAll(() => {
    tally('runs through lost packets', survived)
  })
  it.each([0.05, 0.15].slice(0, points(1, 2)))('%s of them', async (chance) => {
    const holder = spawn('unshare', ['--net', 'sh', '-c', `${rule(chance)} && echo up && exec sleep 300`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await new Promise((resolve) => holder.stdout.once('data', resolve))
    const network = `/proc/${holder.pid}/ns/net`
    const sshd = await startSshd({}, [], { network })
    const project = sshProject(
      sshd.target,
      (dir) => `const data = file(hosts.box, '${dir}/there/data', { from: './data', mode: 0o640 })
  const mark = '${dir}/there/mark'
  return [data, command(hosts.box, 'mark', { run: ['sh', '-c', 'echo done > ' + mark], creates: mark }, { needs: [data] })]`,
    )
    const { dir } = project
    try {
      const call = [process.execPath, cli.bin, ...project.args]
      const { stdout } = await run('nsenter', [`--net=${network}`, ...call], { cwd: dir })
      expect(stdout).toContain('box › command mark')
      expect(readFileSync(join(dir, 'there/data'), 'utf8')).toBe(readFileSync(join(dir, 'data'), 'utf8'))
      expect(readFileSync(join(dir, 'there/mark'), 'utf8')).toBe('done\n')
      survived++
    } finally {
      await sshd.stop()
      holder.kill()
      project.remove()
    }
  })
})
