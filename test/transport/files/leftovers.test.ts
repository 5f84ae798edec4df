import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { leftoversIn, leftoversProbe } from '../../../src/transport/files/leftovers.ts'
import { probeAnswers } from '../../../src/transport/probe/answers.ts'
import { probeScript } from '../../../src/transport/probe/script.ts'
import { runIn, shells, type Shell } from '../../support/shells.ts'

const place = mkdtempSync(join(tmpdir(), 'provision-left '))
afterAll(() => rmSync(place, { recursive: true }))

/** When this process was started, as the kernel counts it. */
const born = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ')[19] ?? ''

async function ask(shell: Shell, paths: readonly string[]): Promise<readonly string[]> {
  const probe = leftoversProbe(paths)
  if (probe.ask !== 'leftovers') throw new Error('it asks for something else')
  const { script, stdin } = probeScript([probe], 'marker')
  const { stdout } = await runIn(shell, script, stdin)
  return leftoversIn(probeAnswers('box', [probe], 'marker', stdout)[0])
}

describe.each(shells)('what killed runs have left, asked with $title', (shell) => {
  it('is the folders whose process has ended, and no others', async () => {
    const random = '.provision-0123456789abcdef'
    const dead = `${random}.99999999.5`
    const another = `${random}.${process.pid}.5`
    const alive = `${random}.${process.pid}.${born}`
    for (const name of [dead, another, alive, '.provision-other', `${random}.x.y`]) {
      mkdirSync(join(place, name), { recursive: true })
    }
    rmSync(join(place, `${random}.1.1`), { force: true })
    symlinkSync('/etc', join(place, `${random}.1.1`))
    const found = (await ask(shell, [join(place, 'a'), join(place, 'b')])).filter((path) =>
      path.startsWith(place),
    )
    expect(found.sort()).toEqual([another, dead].map((name) => join(place, name)).sort())
  })

  it('is looked for where notes of trees are kept, too, whatever resources there are', async () => {
    const home = mkdtempSync(join(place, 'home-'))
    const left = join(home, '.provision-trees/.provision-0123456789abcdef.99999999.5')
    mkdirSync(left, { recursive: true })
    vi.stubEnv('HOME', home)
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(await ask(shell, [])).toContain(left)
    expect(leftoversProbe([])).toMatchObject({
      folders: ['/var/lib/provision/trees', '/tmp', '/var/tmp', '/run'],
    })
  })

  it('is not more than a run can take, whoever made it', async () => {
    const many = mkdtempSync(join(place, 'many-'))
    for (let i = 0; i < 1_100; i++) mkdirSync(join(many, `.provision-${i.toString(16)}.99999999.5`))
    expect(await ask(shell, [join(many, 'a')])).toHaveLength(1_000)
  })
})

describe('what a host says is left', () => {
  it.each([
    ['a staging folder', '/srv/.provision-0123abcd.12.34', true],
    ['one of a machine with a name', '/srv/.provision-0123abcd-web-1.12.34', true],
    ['one in the root folder', '/.provision-0123abcd.12.34', true],
    ['one in a folder whose name has a newline', '/srv/a\nb/.provision-0123abcd.12.34', true],
    ['an upload', '/var/lib/provision/upload-core/0123abcd.12.34', true],
    ['an upload of a user that is not root', '/home/me/.provision-upload/0123abcd.12.34', true],
    ['a folder of somebody else', '/srv/important', false],
    ['the folder above', '/var/lib/provision/upload-core', false],
    ['a relative path', 'srv/.provision-0123abcd.12.34', false],
    ['a path that goes up', '/srv/.provision-0123abcd.12.34/../..', false],
    ['an upload that has no owner', '/var/lib/provision/upload-core/0123abcd', false],
  ])('%s', (_, path, counts) => {
    expect(leftoversIn([path, ''])).toEqual(counts ? [path] : [])
  })

  it('is nothing where a host does not answer', () => {
    expect(leftoversIn(undefined)).toEqual([])
  })
})
