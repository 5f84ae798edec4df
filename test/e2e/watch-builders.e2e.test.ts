import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../support/the-cli.ts'
import { startLive, type Live } from '../support/live.ts'
import { ask } from '../support/project.ts'
import { makeSite, type Site } from '../support/site.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'

/** Tells beside its output in which container it runs, and what it finds in its environment. */
const build = `use strict;
sub content { local (@ARGV, $/) = @_; <> }
sub put { open my $f, '>', $_[0] or die $!; print $f $_[1]; close $f }
put('built-in', content('/proc/self/mountinfo') =~ m{/containers/([0-9a-f]{64})/});
put('env', join '', map { "$_=$ENV{$_}\\n" } sort keys %ENV);
put('nothing-to-read', defined(<STDIN>) ? 'something' : 'nothing');
put('page.txt', join ' ', @ARGV, content('src/page.txt'));
`

const name = `e2e-watch-builders-${process.pid}`

describe('provision watch, of an artifact that is built in an image', () => {
  let sshd: Sshd
  let site: Site
  let watch: Live
  const path = (file: string) => join(site.dir, 'playbooks/site', file)
  const textOf = (file: string) => readFile(path(file), 'utf8')
  const start = async () => {
    watch = startLive(cli, ['watch', ...site.args], site.dir)
    await watch.until('watching', 1)
  }

  beforeAll(async () => {
    sshd = await startSshd()
    site = await makeSite(name, sshd)
    const playbook = await textOf('playbook.ts')
    const inImage = playbook.replace(
      "{ run: ['sh', 'build.sh'], cwd: '.', inputs: ['src/**', '*.sh'], output: 'out/page.txt' }",
      `{ in: image('${name}-tiny:1'), run: ['perl', 'build.pl'], inputs: ['src/**', '*.pl'], output: 'page.txt' }`,
    )
    await Promise.all([
      writeFile(path('playbook.ts'), inImage.replaceAll("'page'", `'${name}'`)),
      writeFile(path('build.pl'), build),
    ])
    await start()
  })
  afterAll(async () => {
    watch.kill('SIGINT')
    await watch.ended
    await site.remove()
    await sshd.stop()
  })

  /** Ids of the containers that are there for the artifact. */
  const builders = async () => {
    const ids = await ask(
      'docker',
      'ps',
      '--all',
      '--quiet',
      '--no-trunc',
      '--filter',
      `label=provision.builder=${name}`,
    )
    return ids.split('\n').filter(Boolean)
  }
  const runAfter = async (act: () => Promise<unknown>) => {
    const rests = watch.count('watching')
    await act()
    await watch.until('watching', rests + 1)
    expect(watch.events().findLast(({ event }) => event === 'finished')).toMatchObject({ ok: true })
  }
  const edit = (text: string) => runAfter(() => writeFile(path('src/page.txt'), text))
  const pushed = () => readFile(join(sshd.folder, 'page.txt'), 'utf8')

  it('has a container wait for the next build, which does what a new one does', async () => {
    const [first, env] = await Promise.all([textOf('built-in'), textOf('env')])
    const waiting = await builders()
    expect(waiting).toHaveLength(1)
    expect(waiting).not.toContain(first)
    await edit('edited')
    expect(await pushed()).toBe('edited')
    expect(await textOf('built-in')).toBe(waiting[0])
    expect(await textOf('env')).toBe(env)
    expect(await textOf('nothing-to-read')).toBe('nothing')
    expect(await builders()).toEqual([expect.not.stringMatching(waiting[0] ?? '')])
  })

  it('takes a new one where another command is to run, and then has one wait for that', async () => {
    const other = (await textOf('playbook.ts')).replace("'build.pl'],", "'build.pl', 'with a \"word\"'],")
    const [waiting] = await builders()
    await runAfter(() => writeFile(path('playbook.ts'), other))
    expect(await pushed()).toBe('with a "word" edited')
    const [next, ...more] = await builders()
    expect([next === waiting, more]).toEqual([false, []])
    await edit('again')
    expect(await pushed()).toBe('with a "word" again')
    expect(await textOf('built-in')).toBe(next)
  })

  it('takes a new one where another folder is in the place of that in which it waits', async () => {
    const [waiting] = await builders()
    await cp(path('.'), path('../new site'), { recursive: true })
    await runAfter(async () => {
      await writeFile(path('../new site/src/page.txt'), 'of another folder')
      await rename(path('.'), path('../former site'))
      await rename(path('../new site'), path('.'))
    })
    await rm(path('../former site'), { recursive: true })
    expect(await pushed()).toBe('with a "word" of another folder')
    expect(await textOf('built-in')).not.toBe(waiting)
  })

  it('takes a new one where somebody has removed the one that waits', async () => {
    await ask('docker', 'rm', '--force', ...(await builders()))
    await edit('without')
    expect(await pushed()).toBe('with a "word" without')
    expect(await builders()).toHaveLength(1)
  })

  it('builds in new ones where nothing can wait, as in an image without a shell', async () => {
    const former = await textOf('playbook.ts')
    await mkdir(path('bare'))
    await writeFile(path('bare/Dockerfile'), `FROM ${name}-tiny:1\nRUN ["perl", "-e", "unlink '/bin/sh'"]\n`)
    const bare = former.replace(`image('${name}-tiny:1')`, `image('${name}-bare:1', { build: './bare' })`)
    await runAfter(() => writeFile(path('playbook.ts'), bare))
    expect(await builders()).toEqual([])
    await edit('without a shell')
    expect(await pushed()).toBe('with a "word" without a shell')
    await runAfter(() => writeFile(path('playbook.ts'), former))
    expect(await builders()).toHaveLength(1)
    await ask('docker', 'rmi', '--force', `${name}-bare:1`)
  })

  it('leaves none when it ends, nor when it is killed', async () => {
    watch.kill('SIGINT')
    expect(await watch.ended).toBe(130)
    expect(await builders()).toEqual([])
    await start()
    expect(await builders()).toHaveLength(1)
    watch.kill('SIGKILL')
    await watch.ended
    await expect.poll(builders, { timeout: 20_000 }).toEqual([])
    await start()
  })
})
