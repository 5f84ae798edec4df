import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { leftoversIn, leftoversProbe } from '../../src/transport/leftovers.ts'
import { quoteAll } from '../../src/core/quote.ts'
import { runIn, shells } from '../support/shells.ts'

const place = mkdtempSync(join(tmpdir(), 'provision-left '))
afterAll(() => rmSync(place, { recursive: true }))

/** When this process was started, as the kernel counts it. */
const born = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ')[19] ?? ''

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
    const probe = leftoversProbe([join(place, 'a'), join(place, 'b')])
    if (probe.ask !== 'command') throw new Error('it asks for something else')
    const { stdout } = await runIn(shell, quoteAll(probe.argv), Buffer.alloc(0))
    const found = leftoversIn({ code: 0, output: stdout.toString() }).filter((path) => path.startsWith(place))
    expect(found.sort()).toEqual([another, dead].map((name) => join(place, name)).sort())
  })
})

describe('what a host says is left', () => {
  it.each([
    ['a staging folder', '/srv/.provision-0123abcd.12.34', true],
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
    expect(leftoversIn({ code: 0, output: `${path}\0` })).toEqual(counts ? [path] : [])
  })

  it('is nothing where a host does not answer', () => {
    expect(leftoversIn(undefined)).toEqual([])
  })
})
