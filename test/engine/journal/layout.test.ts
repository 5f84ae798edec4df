import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { layoutVersion, markLayout, requireKnownLayout } from '../../../src/engine/journal/layout.ts'
import { temporaryFolder } from '../../support/folder.ts'

test.each<[string, Readonly<Record<string, string>>]>([
  ['from before there was a version', { '.provision/x/journal/1.jsonl': '{}' }],
  ['of this version', { '.provision/version': `${layoutVersion}\n` }],
  ['of an older version', { '.provision/version': '0' }],
  ['whose version was cut off', { '.provision/version': '' }],
  ['whose version is garbage', { '.provision/version': '\0\0\0 2' }],
  ['that is not there', {}],
])('a state folder %s is read', async (_, files) => {
  await expect(requireKnownLayout(temporaryFolder(files))).resolves.toBeUndefined()
})

test('a state folder of a newer tool is refused by name', async () => {
  const dir = temporaryFolder({ '.provision/version': `${layoutVersion + 1}\n` })
  await expect(requireKnownLayout(dir)).rejects.toMatchObject({
    code: 'state',
    message: `${join(dir, '.provision')} was written by a newer provision (version 2, this one knows 1)`,
    help: 'update provision on this machine',
  })
})

test('a state folder is marked', async () => {
  const dir = temporaryFolder({ '.provision/x': '' })
  await markLayout(dir)
  expect(readFileSync(join(dir, '.provision/version'), 'utf8')).toBe(`${layoutVersion}\n`)
})
