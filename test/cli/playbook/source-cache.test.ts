import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mayBeKept } from '../../../src/cli/playbook/source-cache.ts'
import { temporaryFolder } from '../../support/folder.ts'

describe('a compiled copy of a playbook', () => {
  it.each([
    ['that names no secret', `import { file } from 'provision'\n// Nothing is secret here.`, true],
    ['with a secret param', `params: { key: { type: 'secret', env: 'KEY' } }`, true],
    ['that imports the function', `import { file, secret } from 'provision'`, false],
    ['that gives it another name', `import { secret as s } from 'provision'`, false],
    ['that imports all', `import * as p from 'provision'; p.secret('x')`, false],
    ['that calls it', `const key = secret ("x")`, false],
    ['that is not there', undefined, true],
  ])('is kept of one %s: %j %s', (_, text, kept) => {
    const folder = temporaryFolder(text === undefined ? {} : { 'playbook.ts': text })
    expect(mayBeKept(join(folder, 'playbook.ts'))).toBe(kept)
  })

  it('is not kept when something that it imports names one', () => {
    const folder = temporaryFolder({
      'playbook.ts': `import { key } from './parts/key.ts'`,
      'parts/key.ts': `import { secret } from 'provision'\nexport const key = secret('x')`,
    })
    expect(mayBeKept(join(folder, 'playbook.ts'))).toBe(false)
  })
})
