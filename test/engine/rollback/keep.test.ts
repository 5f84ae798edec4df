import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { moved, portable } from '../../../src/engine/rollback/keep.ts'

const urlIn = (folder: string): string => pathToFileURL(`${folder}/größe $&`).href

describe('the id of a build', () => {
  it.each([
    ['plain to plain', '/tmp/a', '/home/b'],
    ['plain to odd', '/tmp/a', "/home/it's $& größe"],
    ['odd to plain', "/tmp/it's $& größe", '/home/b'],
    ['odd to odd', '/tmp/$1 %41 ü', '/home/$` %20 [ö]'],
  ])('can be told as in another place: %s', (_, from, to) => {
    expect(moved(`folder ${from}/größe $&`, from, to)).toBe(`folder ${to}/größe $&`)
    expect(moved(`folder ${urlIn(from)}`, from, to)).toBe(`folder ${urlIn(to)}`)
    expect(moved('folder ./www', from, to)).toBe('folder ./www')
    const [here, there] = [from, to].map((projectDir) => ({ projectDir }))
    for (const idIn of [(folder: string) => `folder ${folder}/größe $&`, urlIn])
      expect(portable(idIn(from), here ?? expect.unreachable())).toBe(
        portable(idIn(to), there ?? expect.unreachable()),
      )
  })

  it.each([
    ['folder /p/a/www', 'folder <project>/www'],
    ['folder file:///p/a/www/', 'folder file://<project>/www/'],
    ['artifact app', 'artifact app'],
  ])('does not tell where the project lies: %s', (id, expected) => {
    expect(portable(id, { projectDir: '/p/a' })).toBe(expected)
  })
})
