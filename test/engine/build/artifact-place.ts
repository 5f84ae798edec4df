import { join } from 'node:path'
import type { Artifact, Build } from '../../../src/core/build/index.ts'
import type { Event } from '../../../src/core/event.ts'
import { buildAll, type BuildContext } from '../../../src/engine/build/index.ts'

/** An artifact that is all files of `src` one after another. */
export const artifact = (over: Partial<Artifact> = {}): Artifact => ({
  kind: 'artifact',
  name: 'x.jar',
  run: ['sh', '-c', 'mkdir -p out; echo building; cat src/* > out/x.jar'],
  cwd: '.',
  inputs: ['src/**'],
  output: 'out/x.jar',
  env: {},
  in: undefined,
  needs: [],
  ...over,
})

/** A place to build at that has no engine, and what was shown there. */
export function workplace(playbookDir: string, over: Partial<BuildContext> = {}) {
  const events: Event[] = []
  const context: BuildContext = {
    playbookDir,
    cacheDir: join(playbookDir, '../cache'),
    engine: () => Promise.reject(new Error('no engine is needed here')),
    signal: new AbortController().signal,
    emit: (event) => events.push(event),
    ...over,
  }
  const lines = () => events.flatMap((event) => (event.event === 'task-output' ? [event.line] : []))
  return { events, lines, build: (...builds: Build[]) => buildAll(builds, context) }
}

/** Builds one artifact: what came of it, and what was shown. */
export async function built(root: string, one: Artifact = artifact()) {
  const { events, lines, build } = workplace(root)
  const result = (await build(one)).built.get(`artifact ${one.name}`)
  return { result, ran: events.some(({ event }) => event === 'task-started'), lines: lines() }
}
