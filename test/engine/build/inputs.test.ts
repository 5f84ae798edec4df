import { expect, test } from 'vitest'
import { inputFiles } from '../../../src/engine/build/inputs.ts'
import { awkward, temporaryFolder } from '../../support/folder.ts'

const files = {
  'src/A.java': '',
  'src/deep/B.java': '',
  'src/.hidden': '',
  'common/C.java': '',
  'build/x.jar': '',
}

test.each<[string, string[], string, string[]]>([
  ['a folder', ['src/**'], 'build/x.jar', ['src/.hidden', 'src/A.java', 'src/deep/B.java']],
  ['one kind of file', ['**/*.java'], 'build', ['common/C.java', 'src/A.java', 'src/deep/B.java']],
  ['a file named twice', ['src/A.java', 'src/*.java'], 'build', ['src/A.java']],
  ['a bare folder', ['common'], 'build', ['common/C.java']],
  ['what is taken out', ['**', '!src'], 'build', ['common/C.java']],
  ['all but an output file', ['build/**', 'common/**'], 'build/x.jar', ['common/C.java']],
])('inputs: %s', async (_, patterns, output, expected) => {
  const folder = temporaryFolder({ ...files, ...(output === 'build/x.jar' ? { 'build/y': '' } : {}) })
  const withOther = patterns.includes('build/**') ? ['build/y', ...expected] : expected
  expect(await inputFiles('artifact x', folder, patterns, output)).toEqual(withOther)
})

test('inputs outside the folder, and a folder with an awkward name', async () => {
  const root = temporaryFolder({ 'app/A': '', 'common/B': '' }, awkward)
  expect(await inputFiles('artifact x', `${root}/app`, ['*', '../common/**'], 'out')).toEqual([
    '../common/B',
    'A',
  ])
})

test.each<[string, string[], string]>([
  ['a pattern that matches nothing', ['src/**', 'comon/**'], 'the inputs "comon/**" match no file'],
  ['nothing but the output', ['build/**'], 'the inputs "build/**" match no file'],
  ['no pattern', [], 'its inputs name no files'],
  ['only what is taken out', ['!x'], 'its inputs name no files'],
])('inputs are refused: %s', async (_, patterns, message) => {
  const folder = temporaryFolder(files)
  await expect(inputFiles('artifact x', folder, patterns, 'build')).rejects.toThrow(message)
})

test('the nearest folder is proposed', async () => {
  const folder = temporaryFolder(files)
  await expect(inputFiles('artifact x', folder, ['comon/**'], 'build')).rejects.toHaveProperty(
    'help',
    'did you mean "common"?',
  )
})
