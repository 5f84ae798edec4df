import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Dockerode from 'dockerode'
import { expect, it } from 'vitest'
import { exportBox } from '../../src/boxes/export.ts'
import { temporaryName } from '../../src/core/temporary.ts'
import { temporaryFolder } from '../support/folder.ts'
import { failure, never } from '../support/transport.ts'

const box = {
  ...{ name: 'coreos', digest: 'abcdef012345', user: 'core', images: [], store: 's', size: 1 },
  ...{ ref: 'provision/box/coreos:abcdef012345', image: 'sha256:a', created: 0, systemSize: 1 },
  system: undefined,
}
const exported = (file: string) =>
  failure(
    exportBox({
      ...{ box, file, signal: never, emit: () => undefined },
      engine: new Dockerode({ socketPath: '/no/socket' }),
    }),
  )

it('a target that no file can replace is refused before the engine is asked', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'boxes'))
  expect(await exported(join(folder, 'boxes'))).toMatchObject({
    ...{ code: 'box', message: `${folder}/boxes is a folder` },
    help: `name a file in it: ${folder}/boxes/NAME`,
  })
  expect(await exported('/dev/null')).toMatchObject({ code: 'box', message: '/dev/null is no plain file' })
  expect(readdirSync(folder)).toEqual(['boxes'])
})

it('what a killed export to the same file has left goes, and nothing else', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'a.box')
  const dead = 2 ** 22 + 1
  const kept = [file, temporaryName(file, process.ppid), temporaryName(join(folder, 'b.box'), dead)]
  for (const path of [...kept, temporaryName(file, dead)]) writeFileSync(path, 'x')
  expect(await exported(file)).toMatchObject({ code: 'box' })
  expect(
    readdirSync(folder)
      .map((name) => join(folder, name))
      .sort(),
  ).toEqual([...kept].sort())
})
