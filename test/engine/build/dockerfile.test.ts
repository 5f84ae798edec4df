import { describe, expect, it } from 'vitest'
import { basesOf, parseDockerfile, stagesOf } from '../../../src/engine/build/dockerfile.ts'

describe('instructions of a Dockerfile', () => {
  it.each<[string, string, [keyword: string, rest: string, line: number][]]>([
    [
      'one a line',
      'FROM a\nRUN b c',
      [
        ['FROM', 'a', 1],
        ['RUN', 'b c', 2],
      ],
    ],
    ['small letters', 'from a', [['FROM', 'a', 1]]],
    [
      'comments and empty lines',
      '# x\n\nFROM a\n  # y\nRUN b',
      [
        ['FROM', 'a', 3],
        ['RUN', 'b', 5],
      ],
    ],
    [
      'a continued line',
      'RUN a \\\n  b\nUSER c',
      [
        ['RUN', 'a   b', 1],
        ['USER', 'c', 3],
      ],
    ],
    ['comments and empty lines inside a continued line', 'RUN a \\\n# x\n\n  b', [['RUN', 'a   b', 1]]],
    ['spaces behind the escape', 'RUN a \\  \n b', [['RUN', 'a  b', 1]]],
    ['a last line that is continued', 'FROM a \\', [['FROM', 'a', 1]]],
    [
      'another escape',
      '# escape=`\nRUN a `\n b\nRUN c\\',
      [
        ['RUN', 'a  b', 2],
        ['RUN', 'c\\', 4],
      ],
    ],
    [
      'an escape too late',
      'FROM a\n# escape=`\nRUN b`',
      [
        ['FROM', 'a', 1],
        ['RUN', 'b`', 3],
      ],
    ],
    [
      'line ends of Windows and a byte order mark',
      '\uFEFFFROM a\r\nRUN b\r\n',
      [
        ['FROM', 'a', 1],
        ['RUN', 'b', 2],
      ],
    ],
    ['a hash inside', 'RUN echo # no comment', [['RUN', 'echo # no comment', 1]]],
    ['nothing', '', []],
  ])('%s', (_, text, expected) => {
    expect(parseDockerfile(text).map(({ keyword, rest, line }) => [keyword, rest, line])).toEqual(expected)
  })
})

describe('what a Dockerfile takes from elsewhere', () => {
  it.each<[string, string, string[], Record<string, string>?, string?]>([
    ['one base', 'FROM debian:bookworm', ['debian:bookworm']],
    ['scratch', 'FROM scratch', []],
    ['a platform', 'FROM --platform=linux/amd64 a AS b', ['a']],
    ['stages', 'FROM a AS build\nFROM b\nCOPY --from=build x y\nFROM build', ['a', 'b']],
    ['stages in other letters', 'FROM a as Build\nFROM build', ['a']],
    ['the same base twice', 'FROM a\nFROM a', ['a']],
    ['copied from another image', 'FROM a\nCOPY --chown=1 --from=b:1 x y', ['a', 'b:1']],
    ['copied from a stage by number', 'FROM a\nFROM b\nCOPY --from=0 x y', ['a', 'b']],
    ['an argument', 'ARG V=1\nFROM a:$V', ['a:1']],
    ['an argument in braces', 'ARG V=1\nFROM a:${V}x', ['a:1x']],
    ['an argument that is given', 'ARG V=1\nFROM a:$V', ['a:2'], { V: '2' }],
    ['an argument that is given without a default', 'ARG V\nFROM a:$V', ['a:2'], { V: '2' }],
    ['an argument that is given but not declared', 'FROM a:${V:-1}', ['a:1'], { V: '2' }],
    ['a default in place', 'ARG V\nFROM ${V:-a}', ['a']],
    ['a replacement in place', 'ARG V=1\nFROM a${V:+:b}', ['a:b']],
    ['an argument of an argument', 'ARG R=x/\nARG I=${R}a\nFROM $I', ['x/a']],
    ['several arguments', 'ARG A=1 B="2"\nFROM a:$A\nFROM b:$B', ['a:1', 'b:2']],
    ['arguments inside stages do not count', 'FROM a\nARG V=1\nFROM b:${V:-0}', ['a', 'b:0']],
    ['nothing after the target', 'FROM a AS one\nFROM b AS two\nFROM c', ['a', 'b'], {}, 'two'],
    ['a target by number', 'FROM a\nFROM b', ['a'], {}, '0'],
    ['a target that is not there', 'FROM a AS x\nFROM b', ['a', 'b'], {}, 'y'],
    ['a target in other letters', 'FROM a AS x\nFROM b', ['a'], {}, 'X'],
  ])('%s', (_, text, expected, args = {}, target?) => {
    expect(basesOf(stagesOf(parseDockerfile(text), args, target))).toEqual(expected)
  })
})
