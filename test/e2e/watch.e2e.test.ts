import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../support/cli.ts'
import { cli } from '../support/the-cli.ts'
import { startLive, type Live } from '../support/live.ts'
import { projectWith } from '../support/playbook-folder.ts'
import { ask } from '../support/project.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'
import { makeSite, server, type Site } from '../support/site.ts'
import { timeLimit } from '../../src/transport/time-limit.ts'

const name = `e2e-watch-${process.pid}`

/** On a plain host, which is this machine behind an sshd of the test's own: nothing has to be baked. */
describe('provision watch', () => {
  let sshd: Sshd
  let site: Site
  let watch: Live

  beforeAll(async () => {
    sshd = await startSshd()
    site = await makeSite(name, sshd)
    watch = startLive(cli, ['watch', ...site.args], site.dir)
    await watch.until('watching', 1)
  })
  afterAll(async () => {
    watch.kill('SIGINT')
    await watch.ended
    await site.remove()
    await sshd.stop()
  })

  const path = (file: string) => join(site.dir, 'playbooks/site', file)
  const save = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(path(file)), { recursive: true })
    await writeFile(path(file), text)
  }
  const served = async (file: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${site.port}/${file}`, { signal: timeLimit(2_000) })).text()
  const eventually = (file: string, text: string): Promise<void> =>
    expect.poll(() => served(file).catch(String), { timeout: 30_000, interval: 20 }).toBe(text)
  /** Does something, waits until the watch is at rest again, and gives the runs that it made. */
  const runsAfter = async (act: () => Promise<unknown>) => {
    const { length } = watch.events()
    const rests = watch.count('watching')
    await act()
    await watch.until('watching', rests + 1)
    return watch
      .events()
      .slice(length)
      .filter(({ event }) => event === 'finished')
  }
  const failures = () =>
    JSON.stringify(
      watch
        .events()
        .filter(({ event }) => event === 'failed')
        .at(-1),
    )

  it('begins with a run', async () => {
    expect(watch.events().find(({ event }) => event === 'finished')).toMatchObject({ ok: true })
    expect(await served('index.html')).toBe('first')
  })

  it('brings an edit to where it is served, and nothing else', async () => {
    const runs = await runsAfter(() => save('www/index.html', 'edited'))
    expect(await served('index.html')).toBe('edited')
    expect(runs).toEqual([expect.objectContaining({ ok: true, changed: 1 })])
    expect(watch.events().findLast(({ event }) => event === 'edited')).toEqual({
      event: 'edited',
      files: ['playbooks/site/www/index.html'],
    })
  })

  it('makes at most two runs of a burst of saves, and serves the last', async () => {
    const runs = await runsAfter(async () => {
      for (let i = 1; i <= 20; i++) {
        await save('www/index.html', `save ${i}`)
        await sleep(5)
      }
    })
    expect(runs.length).toBeLessThanOrEqual(2)
    expect(await served('index.html')).toBe('save 20')
  })

  it('shows no failure for a file that is saved again and again, and serves the last', async () => {
    const { length } = watch.events()
    for (let i = 1; i <= 60; i++) {
      // As editors do, only slowly: so that a run meets the file while it is empty.
      const file = await open(path('www/index.html'), 'w')
      await sleep(i % 50)
      await file.writeFile(`saved ${i}`)
      await file.close()
      await sleep(60 - (i % 50))
    }
    await eventually('index.html', 'saved 60')
    // The last save may make one more run, which is no business of the next test.
    await watch.untilLast('watching')
    const told = watch.events().slice(length)
    // What failed tells more than that something did.
    expect(told.filter(({ event }) => /^(task-)?failed$|^capsule$/.test(String(event)))).toEqual([])
    expect(told.filter(({ event, ok }) => event === 'finished' && ok !== true)).toEqual([])
  })

  it('runs again for what is edited during a run', async () => {
    const started = watch.count('started')
    const runs = await runsAfter(async () => {
      await save('parts/motto.ts', "export const motto = 'second'")
      await watch.until('started', started + 1)
      await save('www/index.html', 'during a run')
    })
    expect(runs).toHaveLength(2)
    expect(await served('index.html')).toBe('during a run')
  })

  it('loads the playbook anew when a file of it is edited', async () => {
    const inspected = await ask('docker', 'inspect', '--format', '{{.Config.Env}}', name)
    expect(inspected).toContain('MOTTO=second')
  })

  it('has JSON and texts as they are now, and says that JavaScript is as it was at first', async () => {
    const notes = watch.count('note')
    await runsAfter(async () => {
      await save('parts/data.json', '{ "motto": "of data" }')
      await save('parts/script.mjs', "export const motto = 'of a script'")
      await save('parts/motto.txt', 'of a text')
      await save(
        'parts/motto.ts',
        "import { readFileSync } from 'node:fs'\nimport data from './data.json'\nimport * as script from './script.mjs'\nconst text = readFileSync(new URL('./motto.txt', import.meta.url), 'utf8')\nexport const motto = [data.motto, text, script.motto].join()",
      )
    })
    await runsAfter(() => save('parts/data.json', '{ "motto": "of new data" }'))
    await runsAfter(() => save('parts/motto.txt', 'of a new text'))
    const inspected = await ask('docker', 'inspect', '--format', '{{.Config.Env}}', name)
    expect(inspected).toContain('MOTTO=of new data,of a new text,of a script')
    expect(watch.count('note')).toBe(notes)
    await runsAfter(() => save('parts/script.mjs', "export const motto = 'of a new script'"))
    const said = watch.events().findLast(({ event }) => event === 'note')
    expect(said?.['text']).toMatch(
      /^begin this watch anew .*: JavaScript is loaded only once \(playbooks\/site\/parts\/script\.mjs\)$/,
    )
    await runsAfter(() => save('parts/motto.ts', "export const motto = 'second'"))
  })

  it('sees new folders, replaced files and deleted ones', async () => {
    await runsAfter(() => save('www/a/b/c.html', 'deep'))
    expect(await served('a/b/c.html')).toBe('deep')
    await runsAfter(async () => {
      await save('www/a/b/c.html.tmp', 'replaced')
      await rename(path('www/a/b/c.html.tmp'), path('www/a/b/c.html'))
    })
    expect(await served('a/b/c.html')).toBe('replaced')
    await runsAfter(() => rm(path('www/a'), { recursive: true }))
    expect(await served('a/b/c.html')).toBe('none')
  })

  it('builds an artifact again, whose output makes no run', async () => {
    const runs = await runsAfter(() => save('src/page.txt', 'edited'))
    expect(await readFile(join(sshd.folder, 'page.txt'), 'utf8')).toBe('edited')
    await sleep(300)
    expect([runs.length, (await readFile(path('out/builds'), 'utf8')).split('\n').length - 1]).toEqual([1, 2])
  })

  it('makes no run for what is not declared, and for what editors keep beside a file', async () => {
    const before = watch.count('started')
    await save('www/.index.html.swp', 'swap')
    await save('www/index.html~', 'backup')
    await save('notes.txt', 'x')
    await sleep(500)
    await Promise.all(['www/.index.html.swp', 'www/index.html~', 'notes.txt'].map((file) => rm(path(file))))
    await sleep(500)
    expect(watch.count('started')).toBe(before)
  })

  it.each<[title: string, file: string, wrong: (text: string) => string, says: RegExp]>([
    ['a playbook with wrong syntax', 'parts/motto.ts', () => 'export const motto = = 1', /motto\.ts:1:/],
    [
      'a playbook that cannot be carried out',
      'playbook.ts',
      (text) => text.replace('{ http: 80 }', '{ http: 80000 }'),
      /80000/,
    ],
    [
      'a build that fails',
      'build.sh',
      (text) => `echo no such luck; exit 3; ${text}`,
      /exit code 3[\s\S]*no such luck/,
    ],
    [
      'an image that cannot be built',
      'image/Dockerfile',
      (text) => `${text}COPY missing /missing\n`,
      /missing/,
    ],
    ['a container that does not become ready', 'image/serve.pl', () => 'sleep 60', /not ready/],
  ])('tells of %s, and goes on when it is mended', async (_, file, wrong, says) => {
    const right = await readFile(path(file), 'utf8')
    const runs = await runsAfter(() => save(file, wrong(right)))
    expect(runs.at(-1)).toMatchObject({ ok: false })
    expect(failures()).toMatch(says)
    expect((await runsAfter(() => save(file, right))).at(-1)).toMatchObject({ ok: true })
  })

  it('connects again to a host that was away', async () => {
    await sshd.cut()
    await runsAfter(() => save('www/index.html', 'after the cut'))
    await eventually('index.html', 'after the cut')
  })

  it('leaves the environment to others while it rests', async () => {
    const refresh = ['refresh', ...site.args, '--no-wait', '--plain']
    expect((await runCli(cli, refresh, { cwd: site.dir })).code).toBe(0)
  })

  it.each([
    ['at rest', () => Promise.resolve()],
    [
      'during a run',
      async () => {
        const started = watch.count('started')
        await save('image/serve.pl', `${server}# edited`)
        await watch.until('started', started + 1)
      },
    ],
  ] as const)('ends in good order when it is interrupted %s', async (_, prepare) => {
    await prepare()
    watch.kill('SIGINT')
    expect(await watch.ended).toBe(130)
    watch = startLive(cli, ['watch', ...site.args], site.dir)
    await watch.until('watching', 1)
    expect(watch.events().find(({ event }) => event === 'finished')).toMatchObject({ ok: true })
  })
})

it('says so at once where nothing runs yet', async () => {
  const box = "defineBox({ name: 'none', build: new URL('.', import.meta.url) })"
  const text = `import { defineBox, definePlaybook } from 'provision'
export default definePlaybook({ name: '${name}', box: ${box}, hosts: ['web'], resources: () => [] })`
  const { dir, remove } = projectWith({ 'playbooks/none/playbook.ts': text })
  const { code, stdout, stderr } = await runCli(cli, ['watch', '--plain'], { cwd: dir })
  remove()
  expect([code, stdout + stderr]).toEqual([1, expect.stringMatching(/nothing runs yet[\s\S]* quickstart/)])
})
