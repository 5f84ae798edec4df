import { expect, it } from 'vitest'
import { buildId, type Artifact } from '../../../src/core/build/index.ts'
import { ProvisionError } from '../../../src/core/error.ts'
import { keptVersion } from '../../../src/core/history/kept.ts'
import { restored } from '../../../src/engine/rollback/restore.ts'
import { temporaryFolder } from '../../support/folder.ts'

const artifact = (name: string): Artifact => ({
  ...({ kind: 'artifact', name, run: ['make'], cwd: '.', inputs: [], output: name } as const),
  ...{ env: {}, in: undefined, needs: [] },
})

it('ends no sooner than all that it builds, and tells all that cannot be brought back', async () => {
  const folder = temporaryFolder()
  const ended: string[] = []
  const bringing = restored([artifact('a'), artifact('b'), artifact('c')], {
    state: {
      ...{ kept: keptVersion, params: {}, artifacts: {}, images: [] },
      playbook: { root: '', file: 'p.ts', files: {} },
    },
    ...{ stateDir: folder, cacheDir: folder, engine: () => expect.unreachable(), idOf: buildId },
    build: async ([build]) => {
      const name = build ? buildId(build) : ''
      if (name !== 'artifact a') await new Promise((resolve) => setTimeout(resolve, 20))
      ended.push(name)
      throw new ProvisionError('build', `${name} fails`)
    },
  })
  await expect(bringing).rejects.toMatchObject({
    message: '3 things stand in the way',
    output: 'artifact a fails\nartifact b fails\nartifact c fails',
  })
  expect(ended).toHaveLength(3)
})
