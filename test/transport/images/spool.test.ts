import Dockerode from 'dockerode'
import { afterEach, expect, it, vi } from 'vitest'
import { spoolImages } from '../../../src/transport/images/spool.ts'
import { failure, never } from '../../support/transport.ts'

afterEach(() => void vi.unstubAllEnvs())

it('a folder for temporary files that cannot be used is named, before the engine is asked', async () => {
  vi.stubEnv('TMPDIR', '/no/such/folder')
  const engine = new Dockerode({ socketPath: '/no/socket' })
  const error = await failure(spoolImages(engine, ['sha256:a'], never))
  expect(error.message).toMatch(
    /^no folder can be made in \/no\/such\/folder for the layers of an image: ENOENT/,
  )
  expect(error.help).toBe('set TMPDIR to a folder that you may write to')
})
