import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../support/the-cli.ts'
import { startLive, type Live } from '../support/live.ts'
import { makeSite, type Site } from '../support/site.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'

/** Beside its output, in the context of an image: what no second build writes the same. */
const build = `mkdir -p image/target/classes && cp src/page.txt image/target/classes/page
date +%s%N > image/target/classes/report && cp src/page.txt image/target/page.txt
echo built >> builds
`

describe('provision watch, of builds that leave by-products in the context of an image', () => {
  let sshd: Sshd
  let site: Site
  let watch: Live
  const path = (file: string) => join(site.dir, 'playbooks/site', file)

  beforeAll(async () => {
    sshd = await startSshd()
    site = await makeSite(`e2e-watch-made-${process.pid}`, sshd)
    const playbook = await readFile(path('playbook.ts'), 'utf8')
    await writeFile(path('playbook.ts'), playbook.replace('out/page.txt', 'image/target/page.txt'))
    await writeFile(path('build.sh'), build)
    watch = startLive(cli, ['watch', ...site.args], site.dir)
    await watch.until('watching', 1)
  })
  afterAll(async () => {
    watch.kill('SIGINT')
    await watch.ended
    await site.remove()
    await sshd.stop()
  })

  const builds = async () => (await readFile(path('builds'), 'utf8')).split('\n').length - 1
  /** The runs that a save makes, and how often the artifact is built in them. */
  const madeBy = async (act: () => Promise<unknown>) => {
    const [rests, runs, built] = [watch.count('watching'), watch.count('finished'), await builds()]
    await act()
    await watch.until('watching', rests + 1)
    await sleep(1_000)
    return [watch.count('finished') - runs, (await builds()) - built]
  }

  it('builds once and runs once for an edit', async () => {
    expect(await madeBy(() => writeFile(path('src/page.txt'), 'edited'))).toEqual([1, 1])
    expect(watch.events().findLast(({ event }) => event === 'finished')).toMatchObject({ ok: true })
  })

  it('sees an edit of a by-product', async () => {
    expect(await madeBy(() => appendFile(path('image/target/classes/page'), 'edited'))).toEqual([1, 0])
  })

  it('runs once for an edit that does not build, and once for one that mends it', async () => {
    const fails = madeBy(() => writeFile(path('build.sh'), `${build}exit 3\n`))
    expect(await fails).toEqual([1, 1])
    expect(watch.events().findLast(({ event }) => event === 'finished')).toMatchObject({ ok: false })
    // What was built last was built so, and its output is as it was.
    expect(await madeBy(() => writeFile(path('build.sh'), build))).toEqual([1, 0])
    expect(watch.events().findLast(({ event }) => event === 'finished')).toMatchObject({ ok: true })
  })

  it('sees an edit that is saved while a build fails, where that does away with the waiting for it', async () => {
    const slow = `${build}sleep 2\nexit 3\n`
    const built = await builds()
    const rests = watch.count('watching')
    const runs = watch.count('finished')
    await writeFile(path('build.sh'), slow)
    await expect.poll(builds, { timeout: 20_000 }).toBe(built + 1)
    await writeFile(path('image/.dockerignore'), 'target\n')
    await watch.until('watching', rests + 1)
    expect(watch.count('finished') - runs).toBe(2)
  })
})
