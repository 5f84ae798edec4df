import { expect, it } from 'vitest'
import config from '../../vitest.config.ts'

it('gives what is tested next modules that know no secret of what was tested before', async () => {
  const before = await import('../../src/core/secret/index.ts')
  before.secret('of another file')
  await import('./fresh-modules.ts')
  const { valuesMade } = await import('../../src/core/secret/index.ts')
  expect([before.valuesMade().size, valuesMade().size]).toEqual([1, 0])
})

it('is set up for each project whose files share processes', () => {
  const shared = config.test?.projects?.flatMap((project) =>
    typeof project === 'object' && 'test' in project && project.test.isolate === false ? [project.test] : [],
  )
  expect(shared).toEqual([expect.objectContaining({ setupFiles: 'test/support/fresh-modules.ts' })])
})
