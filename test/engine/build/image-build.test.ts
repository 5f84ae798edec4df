import Dockerode from 'dockerode'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runImageBuild } from '../../../src/engine/build/image-build.ts'
import { temporaryFolder } from '../../support/folder.ts'

const { signal } = new AbortController()
const task = { line: () => undefined, progress: () => undefined, tail: () => 'Step 2/3 : RUN make' }

test('an engine that breaks off amid a build is told as that, and not as a fault of the Dockerfile', async () => {
  const playbookDir = temporaryFolder({ Dockerfile: 'FROM base\nRUN make\nRUN make install\n' })
  const socketPath = join(temporaryFolder(), 'docker.sock')
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/build') !== true) {
      response.writeHead(500).end()
      return
    }
    request.resume().once('end', () => {
      response.writeHead(200).write('{"stream":"Step 2/3 : RUN make\\n"}\r\n')
      setTimeout(() => response.destroy(), 50)
    })
  })
  await new Promise<void>((done) => server.listen(socketPath, done))
  onTestFinished(() => server.close().closeAllConnections())
  const engine = new Dockerode({ protocol: 'http', host: undefined, socketPath })
  const building = runImageBuild(
    {
      ref: 'shop/app',
      build: { context: '.', dockerfile: 'Dockerfile', args: {}, target: undefined, needs: [] },
      context: { entries: [], dockerfile: 'Dockerfile' },
      digest: 'd',
    },
    {
      playbookDir,
      cacheDir: playbookDir,
      engine: () => Promise.resolve(engine),
      signal,
      emit: () => undefined,
    },
    task,
  )
  await expect(building).rejects.toMatchObject({
    code: 'build',
    message: `image shop/app: step 2 of 3 failed: Docker broke off (aborted)\n${playbookDir}/Dockerfile:2: RUN make`,
    help: 'look whether Docker runs here (docker ps), and run the same again: steps that are done are not done twice',
  })
})
