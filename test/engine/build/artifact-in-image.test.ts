import { afterEach, expect, it } from 'vitest'
import { runInImage } from '../../../src/engine/build/artifact-in-image.ts'
import { warmBuilders } from '../../../src/engine/build/warm-builders.ts'
import { fakeEngine, tell, type FakeEngine } from '../../support/fake-engine.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { matching } from '../../support/matching.ts'
import { never } from '../../support/transport.ts'
import { ownCommand } from '../../../src/core/text/own-command.ts'

let fake: FakeEngine | undefined
afterEach(() => fake?.stop())

const commandIn = (cwd: string) => ({
  ...{ name: 'out.txt', argv: ['make'], cwd, env: {}, image: 'sha256:1', ref: 'shop/tools', uses: ['src'] },
  ...{ signal: never, onLine: () => undefined },
})

it.each([
  ['when a container is to be made', '/containers/create'],
  ['when it is to start', '/start'],
  ['while it runs', '/wait'],
])('an engine that goes away %s is told as such', async (_, at) => {
  const cwd = temporaryFolder()
  fake = await fakeEngine((path, response, request) => {
    if (path.includes(at)) request.socket.destroy()
    else if (path.includes('/create')) tell(response, { Id: 'abc' }, 201)
    else if (path.includes('/start')) response.writeHead(204).end()
    // What it is asked for after that, nobody answers.
    else if (request.method === 'DELETE') request.socket.destroy()
    else if (path.includes('/attach')) response.writeHead(200).end()
    else if (!path.includes('/wait')) tell(response, {})
  })
  const { docker } = fake
  const running = runInImage(commandIn(cwd), { engine: () => Promise.resolve(docker) })
  await expect(running).rejects.toMatchObject({
    code: 'engine',
    message: matching(/^artifact out\.txt: its container of shop\/tools was lost: /),
    help: `run again; if it stays so, see ${ownCommand('doctor')}`,
  })
})

it('a container that is made while all are taken away goes as well', async () => {
  const folder = temporaryFolder()
  const removed: string[] = []
  let created = (): void => undefined
  const isCreating = new Promise<void>((resolve) => {
    created = resolve
  })
  let answer = (): void => undefined
  fake = await fakeEngine(
    (path, response, request) => {
      if (path.includes('/create')) {
        answer = () => tell(response, { Id: 'abc' }, 201)
        created()
      } else if (request.method === 'DELETE') {
        removed.push(path)
        response.writeHead(204).end()
      } else if (path.includes('/start')) response.writeHead(204).end()
      else if (path.includes('/wait')) setTimeout(() => tell(response, { StatusCode: 0 }), 1)
      else tell(response, { Id: 'sha256:1' })
    },
    (_, socket) => socket.end('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n'),
  )
  const { docker } = fake
  const builders = warmBuilders(() => Promise.resolve(docker))
  const artifact = {
    ...({
      kind: 'artifact',
      name: 'out.txt',
      run: ['make'],
      cwd: '.',
      inputs: ['src'],
      output: 'out',
    } as const),
    ...{ env: {}, needs: [], in: { kind: 'image', ref: 'shop/tools', build: undefined } as const },
  }
  const preparing = builders.prepare([artifact], folder)
  await isCreating
  const closing = builders.close()
  answer()
  await Promise.all([preparing, closing])
  expect(removed).toEqual([expect.stringContaining('/containers/abc')])
})
