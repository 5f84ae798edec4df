import Dockerode from 'dockerode'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runImageBuild } from '../../../src/engine/build/image-build.ts'
import { temporaryFolder } from '../../support/folder.ts'

const { signal } = new AbortController()
const task = { line: () => undefined, progress: () => undefined, tail: () => 'Step 2/3 : RUN make' }

/** Builds an image of a Dockerfile in a folder on an engine that answers so once it has read the context. */
async function building(playbookDir: string, answer: (response: ServerResponse) => void): Promise<string> {
  const socketPath = join(temporaryFolder(), 'docker.sock')
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/build') === true) request.resume().once('end', () => answer(response))
    else response.writeHead(500).end()
  })
  await new Promise<void>((done) => server.listen(socketPath, done))
  onTestFinished(() => server.close().closeAllConnections())
  const engine = new Dockerode({ protocol: 'http', host: undefined, socketPath })
  return runImageBuild(
    {
      ref: 'shop/app',
      build: { context: '.', dockerfile: 'Dockerfile', args: { V: 'a b' }, target: 'web', needs: [] },
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
}

const step = '{"stream":"Step 2/3 : RUN make\\n"}\r\n'

test('an engine that breaks off amid a build is told as that, and not as a fault of the Dockerfile', async () => {
  const dir = temporaryFolder({ Dockerfile: 'FROM base\nRUN make\nRUN make install\n' })
  const broken = building(dir, (response) => {
    response.writeHead(200).write(step)
    setTimeout(() => response.destroy(), 50)
  })
  await expect(broken).rejects.toMatchObject({
    code: 'build',
    message: `image shop/app: step 2 of 3 failed: Docker broke off (aborted)\n${dir}/Dockerfile:2: RUN make`,
    help: 'look whether Docker runs here (docker ps), and run the same again: steps that are done are not done twice',
  })
})

const inStep = (response: ServerResponse) =>
  response.writeHead(200).end(`${step}{"errorDetail":{"message":"no"},"error":"no"}\r\n`)
const beforeAnyStep = (response: ServerResponse) => response.writeHead(400).end('{"message":"no"}')

test.each([
  ['in a step', 'RUN --mount=type=cache,target=/c make', inStep, 'RUN --mount'],
  ['where the Dockerfile cannot be read', 'RUN <<END\nmake\nEND', beforeAnyStep, 'RUN <<END'],
])('what only BuildKit knows is told as that %s, with the way to build it', async (_, line, answer, what) => {
  const dir = temporaryFolder({ Dockerfile: `FROM base\n${line}\n` })
  await expect(building(dir, answer)).rejects.toMatchObject({
    help:
      `${dir}/Dockerfile:2 needs BuildKit for ${what}, and images are built by Docker's classic builder: do without that, or build ` +
      `it by hand (DOCKER_BUILDKIT=1 docker build -t shop/app -f ${dir}/Dockerfile --build-arg 'V=a b' --target web ${dir}) and ` +
      'leave `build` out of the image in the playbook',
  })
})

test('a step that fails by itself is to be corrected, whatever others need', async () => {
  const dir = temporaryFolder({ Dockerfile: 'FROM base\nRUN make\nRUN --mount=type=cache,target=/c make\n' })
  await expect(building(dir, inStep)).rejects.toMatchObject({
    help: `correct ${dir}/Dockerfile and run again`,
  })
})
