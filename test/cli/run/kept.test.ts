import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { readTexts } from '../../../src/cli/playbook/imports.ts'
import { openKept } from '../../../src/cli/run/kept.ts'
import { wayBack } from '../../../src/cli/run/way-back.ts'
import { buildId, digestOfFiles, type BuiltArtifact } from '../../../src/core/build/index.ts'
import { digestOf } from '../../../src/core/digest.ts'
import type { Event } from '../../../src/core/event.ts'
import { journalVersion } from '../../../src/core/history/journal.ts'
import type { PastRun } from '../../../src/core/history/rollback.ts'
import { startJournal } from '../../../src/engine/journal/writer.ts'
import { keepState } from '../../../src/engine/rollback/keep.ts'
import { removeState } from '../../../src/engine/rollback/store.ts'
import type { Built, Session } from '../../../src/engine/session.ts'
import type { Workspace } from '../../../src/engine/workspace.ts'
import { fakeSession } from '../../support/fake-session.ts'
import { fill } from '../../support/folder.ts'
import { opened, playbookIn, playbookText, projectWith } from '../../support/opened.ts'

const noEngine = (): never => expect.unreachable('no engine is needed')
const buildsNothing = (): never => expect.unreachable('all is kept')

/** What a build of each folder and file that a playbook sends gives: one file of this content. */
function builtOf({ graph }: Session, source: string): Built {
  const content = readFileSync(source, 'utf8')
  const files = [
    { path: 'x.txt', source, digest: digestOf(content), size: content.length, executable: false },
  ]
  const one: BuiltArtifact = {
    ...{ name: 'www', digest: digestOfFiles(files), type: 'folder', made: 'before', changed: [], files },
  }
  return { built: new Map(graph.builds.map((build) => [buildId(build), one])), images: new Map() }
}

/** Carries out a run of a project as its playbook is now, and gives what its journal tells. */
async function carryOut(workspace: Workspace): Promise<PastRun> {
  const session = fakeSession(workspace)
  const { stateDir, playbookFile } = workspace
  const page = join(dirname(playbookFile), 'www/x.txt')
  fill(dirname(page), { 'x.txt': 'then' })
  const texts = await readTexts([playbookFile])
  const kept = await keepState(session, builtOf(session, page), texts, noEngine, { noted: () => undefined })
  return journalled(stateDir, kept?.digest)
}

async function journalled(stateDir: string, state: string | undefined): Promise<PastRun> {
  mkdirSync(stateDir, { recursive: true })
  const journal = await startJournal({
    ...{ stateDir, version: journalVersion, begin: 'at-once', redact: (event) => event },
    head: {
      ...{ at: '', command: 'refresh', playbook: 'shop', environment: 'shop', user: '', host: '', pid: 1 },
      ...{ params: {}, versions: {} },
    },
    onTrouble: (text) => expect.unreachable(text),
  })
  journal.write({ event: 'planned', plan: { playbook: 'shop', environment: 'shop', steps: [] } })
  journal.end({ ok: true, changed: 0, unchanged: 0, failed: 0, durationMs: 1, state })
  const number = Number(/(\d+)\.jsonl$/.exec(journal.path() ?? '')?.[1])
  return { number, command: 'refresh', ok: true, planned: true, touched: false, state }
}

const urlOf = "new URL('www/', import.meta.url)"

describe('what was built for a run is found again', () => {
  it.each([
    ['a folder beside the playbook', "tree(web, '/www', { from: './www' })"],
    ['a folder given by URL', `tree(web, '/www', { from: ${urlOf} })`],
    ['a folder given by its path', "tree(web, '/www', { from: import.meta.dirname + '/www' })"],
  ])('where names are odd: %s', async (_, resource) => {
    const project = projectWith(playbookText(resource))
    const run = await carryOut(await opened(project))
    for (const edit of [resource, `${resource}, file(web, '/etc/x', { content: 'x' })`]) {
      writeFileSync(playbookIn(project), playbookText(edit))
      const kept = await openKept(await opened(project), run)
      const { builds } = fakeSession(kept.workspace).graph
      const { built } = await kept.build(builds, buildsNothing, noEngine)
      const contents = [...built.values()].flatMap(({ files }) => files.map(({ digest }) => digest))
      expect(contents).toEqual([digestOf('then')])
      expect(kept.notes.join()).not.toContain('as they are now')
      await kept.close()
    }
  })
})

test('a build that the run did not have is taken as it is now, and that is told', async () => {
  const other = "tree(web, '/www', { from: './' + (globalThis.folderOfNow ?? 'www') })"
  const project = projectWith(playbookText(other))
  const run = await carryOut(await opened(project))
  Object.assign(globalThis, { folderOfNow: 'other' })
  try {
    const { notes } = await openKept(await opened(project), run)
    expect(notes).toEqual(['taken as they are now, because run 1 did not have them: folder ./other'])
  } finally {
    Reflect.deleteProperty(globalThis, 'folderOfNow')
  }
})

const withParam = (name: string): string =>
  playbookText(
    `file(web, '/etc/x', { content: String(params.${name}) })`,
    `params: { ${name}: { type: 'int', default: 1 } },`,
  )

test('a param that the playbook of a run did not have is refused', async () => {
  const project = projectWith(withParam('port'))
  const run = await carryOut(await opened(project))
  writeFileSync(playbookIn(project), withParam('replicas'))
  await expect(openKept(await opened(project, 'replicas=3'), run)).rejects.toMatchObject({
    message: '--param replicas: the playbook of run 1 has no such param',
  })
})

test('a param that a run had with another value is refused, and the same is not', async () => {
  const project = projectWith(withParam('port'))
  const run = await carryOut(await opened(project, 'port=2'))
  await expect(openKept(await opened(project, 'port=3'), run)).rejects.toMatchObject({
    code: 'usage',
    message: '--param port: was "2" in run 1',
  })
  const kept = await openKept(await opened(project, 'port=2'), run)
  expect(kept.workspace.given).toEqual({ port: '2' })
})

describe('the way back from a run that failed', () => {
  const backFrom = async (workspace: Workspace, told: Event[] = []) => {
    const session = fakeSession(workspace, { emit: (event) => told.push(event) })
    const asked: (readonly string[])[] = []
    const way = await wayBack(session, {
      ...{ engine: noEngine, build: buildsNothing },
      provider: ({ playbook: { hosts } }) => {
        asked.push(hosts)
        return Promise.resolve(session.provider)
      },
    })
    return way && { ...way, of: way.session(session), asked }
  }

  it('leaves out a param that the former playbook does not have', async () => {
    const project = projectWith(withParam('port'))
    await carryOut(await opened(project, 'port=2'))
    writeFileSync(playbookIn(project), withParam('replicas'))
    const way = await backFrom(await opened(project, 'replicas=3'))
    expect(way?.of.workspace.given).toEqual({ port: '2' })
    expect(way?.of.declaration.resources).toHaveLength(1)
    await way?.close()
  })

  it('is about the hosts of both', async () => {
    const hosted = (hosts: string): string => playbookText("file(web, '/etc/x', { content: '' })", hosts)
    const project = projectWith(hosted("hosts: ['web', 'db'],"))
    await carryOut(await opened(project))
    writeFileSync(playbookIn(project), hosted("hosts: ['web', 'cache'],"))
    const told: Event[] = []
    const way = await backFrom(await opened(project), told)
    expect(way?.asked).toEqual([['web', 'db', 'cache']])
    // What it has put on the new one goes.
    expect(JSON.stringify(told)).not.toContain('left as they are')
    await way?.close()
  })

  it('is not that of a rollback, which leaves new hosts as they are', async () => {
    const hosted = (hosts: string): string => playbookText("file(web, '/etc/x', { content: '' })", hosts)
    const project = projectWith(hosted("hosts: ['web'],"))
    const run = await carryOut(await opened(project))
    writeFileSync(playbookIn(project), hosted("hosts: ['web', 'cache'],"))
    const kept = await openKept(await opened(project), run)
    expect(kept.notes).toContain('left as they are, because run 1 did not have them: hosts cache')
    await kept.close()
  })

  it('is none where no run has gone well', async () => {
    expect(await backFrom(await opened(projectWith(playbookText(''))))).toBeUndefined()
  })

  it.each(['never kept', 'kept no more'])('is refused when the last good run was %s', async (what) => {
    const project = projectWith(playbookText(''))
    const workspace = await opened(project)
    await carryOut(workspace)
    writeFileSync(playbookIn(project), playbookText('', '/* two */'))
    const later = await opened(project)
    if (what === 'never kept') await journalled(later.stateDir, undefined)
    else await removeState(later.stateDir, (await carryOut(later)).state ?? '')
    await expect(backFrom(later)).rejects.toMatchObject({
      message: 'nothing is put back: run 2, the last that went well, is not kept',
    })
  })
})
