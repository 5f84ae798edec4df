import { execFileSync } from 'node:child_process'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, test } from 'vitest'
import { redactor } from '../../../src/core/secret/redactor.ts'
import { secret } from '../../../src/core/secret/index.ts'
import { endOf, maskedInspection, redactedJson, redactedLines } from '../../../src/engine/capsule/text.ts'
import {
  capsuleDepth,
  capsuleName,
  outdatedCapsules,
  writeCapsule,
} from '../../../src/engine/capsule/write.ts'
import { temporaryFolder } from '../../support/folder.ts'

const redact = redactor([secret('a"b\nc')])

test.each([
  ['refresh', '20260102T030405Z-refresh'],
  ['rollback to 12', '20260102T030405Z-rollback-to-12'],
])('its name sorts as its time does: of %s', (command, expected) => {
  expect(capsuleName(new Date('2026-01-02T03:04:05.678Z'), command)).toBe(expected)
})

test.each<[readonly string[], readonly string[]]>([
  [[], []],
  [['20260102T030405Z-apply.tar.gz', '20260101T030405Z-stop.tar.gz'], []],
  [
    ['20260103T000000Z-apply.tar.gz', '20260101T000000Z-stop.2.tar.gz', '20260102T000000Z-stop.tar.gz'],
    ['20260101T000000Z-stop.2.tar.gz'],
  ],
  [
    [3, 2, 1].map((day) => `2026010${day}T000000Z-rollback-to-1${day}.tar.gz`),
    ['20260101T000000Z-rollback-to-11.tar.gz'],
  ],
  // As older versions called them.
  [
    [3, 2, 1].map((day) => `2026010${day}T000000Z-rollback to 12.tar.gz`),
    ['20260101T000000Z-rollback to 12.tar.gz'],
  ],
  [['notes.txt', 'a.tar.gz', '../20260101T000000Z-stop.tar.gz', '1.part'], []],
])('of %j the outdated, where three are kept, are %j', (names, expected) => {
  expect(outdatedCapsules(names, 3)).toEqual(expected)
})

it('is an archive for its owner alone, and never written over another', async () => {
  const folder = join(temporaryFolder(), 'failures')
  const paths = [
    await writeCapsule(folder, '20260102T030405Z-apply', [{ name: 'a/b.txt', text: 'wörd' }]),
    await writeCapsule(folder, '20260102T030405Z-apply', [{ name: 'a/b.txt', text: 'other' }]),
  ]
  const unpacked = paths.map((path) => execFileSync('tar', ['-xzOf', path]).toString())
  expect(unpacked).toEqual(['wörd', 'other'])
  expect(paths.map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600])
  expect(execFileSync('tar', ['-tzf', paths[0] ?? '']).toString()).toBe('20260102T030405Z-apply/a/b.txt\n')
})

it(`is one of ${capsuleDepth} at most; what else lies there stays`, async () => {
  const folder = temporaryFolder({ 'mine.txt': '' })
  for (let day = 10; day < 25; day++) writeFileSync(join(folder, `202601${day}T000000Z-apply.tar.gz`), '')
  await writeCapsule(folder, '20260201T000000Z-apply', [])
  const names = readdirSync(folder).sort()
  expect(names).toHaveLength(capsuleDepth + 1)
  expect(names.slice(0, 1)).toEqual(['20260116T000000Z-apply.tar.gz'])
  expect(names.slice(-2)).toEqual(['20260201T000000Z-apply.tar.gz', 'mine.txt'])
})

it('takes away what a killed run left half-made, and nothing that is being written', async () => {
  const names = [2 ** 30, process.pid].map((pid) => `20260101T000000Z-apply.tar.gz.${pid}.part`)
  const folder = temporaryFolder({ [names[0] ?? '']: '', [names[1] ?? '']: '', 'mine.part': '' })
  await writeCapsule(folder, '20260201T000000Z-apply', [])
  expect(readdirSync(folder).sort()).toEqual([names[1], '20260201T000000Z-apply.tar.gz', 'mine.part'])
})

test.each<[string, string, string]>([
  ['JSON, whose escapes would hide it', redactedJson({ x: ['<a"b\nc>'] }, redact), '<[secret]>'],
  ['a line of JSON', redactedLines('{"x":"<a\\"b\\nc>"}\n', redact), '{"x":"<[secret]>"}\n'],
  ['half a line', redactedLines(`{"x":"<${encodeURIComponent('a"b\nc')}`, redact), '{"x":"<[secret]'],
])('a secret is masked in %s', (_, text, expected) => {
  expect(text).toContain(expected)
})

test('of a container no value of an environment variable is kept', () => {
  const inspection = {
    Id: 'c1',
    Config: { Image: 'i', Env: ['A=1', 'B=x=y', 'C'], Labels: { 'provision.spec': '{"A":"1"}', other: 'o' } },
  }
  expect(maskedInspection(inspection)).toEqual({
    Id: 'c1',
    Config: {
      Image: 'i',
      Env: ['A=[masked]', 'B=[masked]', 'C=[masked]'],
      Labels: { 'provision.spec': '[masked]', other: 'o' },
    },
  })
})

test.each([
  ['short', 10, 'short'],
  ['one\ntwo\nthree', 8, '…\nthree'],
])('the end of %j, of %i characters at most, is %j', (text, most, expected) => {
  expect(endOf(text, most)).toBe(expected)
})
