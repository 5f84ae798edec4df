import { describe, expect, it } from 'vitest'
import { beginningsOf } from '../../../src/engine/build/beginnings.ts'
import { parseDockerfile, stagesOf } from '../../../src/engine/build/dockerfile.ts'

const of = (text: string, args: Record<string, string> = {}, target?: string) =>
  beginningsOf(stagesOf(parseDockerfile(text), args, target))

describe('how an image begins', () => {
  it.each<[string, string, string[], Record<string, string>?, string?]>([
    ['base and first instruction', 'FROM a:1\nLABEL x=y\nRUN b', ['a:1 LABEL x=y']],
    ['nothing to share after the base', 'FROM a:1', []],
    ['no base', 'FROM scratch\nCOPY x /', ['scratch:latest COPY x /']],
    ['a base in one form', 'FROM library/a\nUSER x', ['a:latest USER x']],
    ['spaces and small letters', 'from a:1\nlabel  x=y \\\n  z=1', ['a:1 LABEL x=y z=1']],
    ['an argument that is given', 'ARG V=1\nFROM a:$V\nUSER x', ['a:2 USER x'], { V: '2' }],
    ['an argument inside, as it is written', 'FROM a:1\nARG V=1', ['a:1 ARG V=1'], { V: '2' }],
    ['several stages', 'FROM a:1\nUSER x\nFROM b:1\nUSER y', ['a:1 USER x', 'b:1 USER y']],
    ['stages that begin alike count once', 'FROM a:1\nUSER x\nFROM a:1\nUSER x\nRUN b', ['a:1 USER x']],
    ['none after the target', 'FROM a:1 AS t\nUSER x\nFROM b:1\nUSER y', ['a:1 USER x'], {}, 't'],
    ['a stage goes on where another ends', 'FROM a:1 AS s\nUSER x\nFROM s\nUSER y', ['a:1 USER x']],
    ['an empty stage is but another name', 'FROM a:1 AS S\nFROM s AS t\nFROM t\nUSER y', ['a:1 USER y']],
    ['nothing', '', []],
  ])('%s', (_, text, expected, args, target) => {
    expect(of(text, args, target)).toEqual(expected)
  })

  it.each<[string, string, string]>([
    ['another first instruction', 'FROM a\nUSER x', 'FROM a\nUSER y'],
    ['another base', 'FROM a\nUSER x', 'FROM b\nUSER x'],
    ['another order', 'FROM a\nUSER x\nUSER y', 'FROM a\nUSER y\nUSER x'],
  ])('is nothing that images share with %s', (_, one, two) => {
    expect(of(one).filter((key) => of(two).includes(key))).toEqual([])
  })
})
