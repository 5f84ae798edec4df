import type Dockerode from 'dockerode'
import { join } from 'node:path'
import { buildId, type Build } from '../../core/build/index.ts'
import { digestOf } from '../../core/digest.ts'
import { ProvisionError } from '../../core/error.ts'
import { graphOf } from '../../core/graph/index.ts'
import type { KeptState } from '../../core/history/kept.ts'
import { knownParams, requireSecrets } from '../../core/playbook/params.ts'
import type { Playbook } from '../../core/playbook/index.ts'
import { formerRun, rollbackTargets, whyNoFormer, type PastRun } from '../../core/history/rollback.ts'
import { moved, portable, rootOf } from '../../engine/rollback/keep.ts'
import { layOut } from '../../engine/rollback/playbook-tree.ts'
import { restored } from '../../engine/rollback/restore.ts'
import { keptIn, pastRuns } from '../../engine/rollback/runs.ts'
import { loadState, removeState } from '../../engine/rollback/store.ts'
import type { Built } from '../../engine/session.ts'
import type { Place, Workspace } from '../../engine/workspace.ts'
import { journalNumbers } from '../../engine/journal/folder.ts'
import { readTexts } from '../playbook/imports.ts'
import { loadPlaybook } from '../playbook/load.ts'
import { paramEnvironment } from './param-env.ts'
import { ownCommand } from '../../core/text/own-command.ts'

type Builder = (builds: readonly Build[]) => Promise<Built>

/** What a run of the history was made from, ready to be carried out again. */
export interface KeptRun {
  readonly number: number
  /** Digest of what is kept. */
  readonly state: string
  readonly workspace: Workspace
  /** Answers builds with what is kept; `now` does those that are not. */
  readonly build: (builds: readonly Build[], now: Builder, engine: () => Promise<Dockerode>) => Promise<Built>
  /**
   * Makes sure that nobody else's run has come in between, since when this one was chosen as the one before the latest.
   * To be called under the lock, by a run with a journal of its own.
   */
  readonly requireLatest: () => Promise<void>
  /** What people should know of it before it is carried out. */
  readonly notes: readonly string[]
  readonly close: () => Promise<void>
}

/**
 * Opens what is kept of a run: its playbook as it was then, with its params and what was built.
 * @throws ProvisionError `state` when that is not kept any more or cannot be read; `usage` for a param that is given and that
 * playbook does not have, or had with another value
 */
export async function openKept(place: Omit<Place, 'trouble'>, run: PastRun): Promise<KeptRun> {
  const opened = await open(place, run, ({ params }, kept) => {
    const known = knownParams(params, place.given)
    for (const [name, value] of Object.entries(place.given)) {
      const then = kept.params[name]
      const isKnown = Object.hasOwn(known, name)
      if (isKnown && (then === undefined || then === value)) continue
      const had = isKnown
        ? `was ${JSON.stringify(then)} in run ${run.number}`
        : `the playbook of run ${run.number} has no such param`
      throw new ProvisionError('usage', `--param ${name}: ${had}`, {
        help: 'leave it out: a rollback takes the params of that run',
      })
    }
    return known
  })
  const then = opened.workspace.playbook.hosts
  const newer = (place.playbook?.hosts ?? []).filter((host) => !then.includes(host))
  const text = `left as they are, because run ${run.number} did not have them: hosts `
  return { ...opened, notes: [...opened.notes, ...noteOf(text, newer)] }
}

/**
 * The same for a run on its way back: what it was given, it was given for another playbook, and what it has put on a new host is
 * taken away.
 */
export const openFormer = (workspace: Workspace, run: PastRun): Promise<KeptRun> =>
  open(workspace, run, ({ params }) => knownParams(params, workspace.given))

/** @param askedOf what was asked of the kept playbook; the params that are kept come before it */
async function open(
  place: Omit<Place, 'trouble'>,
  { number, state }: PastRun,
  askedOf: (playbook: Playbook, kept: KeptState) => Workspace['given'],
): Promise<KeptRun> {
  const { stateDir, projectDir, cacheDir } = place
  const latest = (await journalNumbers(stateDir)).at(-1) ?? 0
  const kept = await stateCalled(stateDir, number, state ?? '')
  const root = rootOf(projectDir, kept)
  const changed = await changedSince(root, kept)
  const playbookFile = join(root, kept.playbook.file)
  const isPresent =
    changed.length === 0 && place.playbook !== undefined && place.playbookFile === playbookFile
  const tree = isPresent ? undefined : await layOut(stateDir, root, kept)
  try {
    const loaded =
      place.playbook !== undefined && !tree
        ? place.playbook
        : await loadPlaybook(tree?.file ?? playbookFile, cacheDir)
    const given = { ...askedOf(loaded, kept), ...kept.params }
    const env = paramEnvironment(loaded.params)
    const declaration = loaded.declare(given, env)
    requireSecrets(loaded.params, env)
    // A playbook is called once a run, and it was called already to tell what is not kept of it.
    const playbook = { ...loaded, declare: () => declaration }
    const workspace = { ...place, playbook, playbookFile, given }
    const idOf = (build: Build) =>
      portable(tree ? moved(buildId(build), tree.dir, root) : buildId(build), workspace)
    const { builds: wanted } = graphOf(declaration.resources, loaded.hosts)
    const ids = wanted.flatMap((build) => (build.kind === 'image' ? [] : [idOf(build)]))
    const unkept = ids.filter((id) => !Object.hasOwn(kept.artifacts, id))
    return {
      ...{ number, state: state ?? '', workspace },
      notes: [
        ...noteOf(`taken as after run ${number}, because it was edited since: `, changed),
        ...noteOf(`taken as they are now, because run ${number} did not have them: `, unkept),
      ],
      build: (builds, now, engine) =>
        restored(builds, { state: kept, stateDir, cacheDir, engine, idOf, build: now }),
      requireLatest: async () => refuseOthers(stateDir, latest),
      close: async () => tree?.remove(),
    }
  } catch (error) {
    await tree?.remove()
    throw error
  }
}

async function refuseOthers(stateDir: string, latest: number): Promise<void> {
  const [own = 0, ...others] = (await journalNumbers(stateDir)).filter((number) => number > latest).reverse()
  const [other] = others
  if (other === undefined || own === 0) return
  throw new ProvisionError('locked', `run ${other} has come in between; nothing was changed`, {
    help: `see what it did (${ownCommand('history', 'show')}), and roll back again`,
  })
}

const noteOf = (text: string, names: readonly string[]): readonly string[] =>
  names.length === 0 ? [] : [text + names.join(', ')]

async function stateCalled(stateDir: string, number: number, digest: string): Promise<KeptState> {
  const found = await loadState(stateDir, digest)
  if (found?.state === 'read') return found.kept
  // Then the next run that makes the same is kept again.
  if (found?.state === 'damaged') await removeState(stateDir, digest)
  const why =
    found === undefined
      ? 'is not there any more'
      : found.state === 'damaged'
        ? 'is damaged'
        : `was written by a newer provision (version ${found.version})`
  throw new ProvisionError('state', `what is kept of run ${number} ${why}; nothing was changed`, {
    help: found?.state === 'newer' ? 'update provision on this machine' : 'roll back to another run',
  })
}

/** The files of a kept playbook that are not what they were. */
async function changedSince(root: string, { playbook }: KeptState): Promise<readonly string[]> {
  const names = Object.keys(playbook.files)
  const texts = await readTexts(names.map((name) => join(root, name)))
  return names.filter((name) => {
    const text = texts.get(join(root, name))
    return text === undefined || digestOf(text) !== playbook.files[name]
  })
}

/**
 * The run that is meant by a number, or the one before the latest change.
 * @throws ProvisionError `usage` that names those that can be rolled back to
 */
export async function chooseRun(
  { stateDir, environment }: Pick<Place, 'stateDir' | 'environment'>,
  word: string | undefined,
): Promise<PastRun> {
  const [runs, kept] = await Promise.all([pastRuns(stateDir), keptIn(stateDir)])
  const targets = rollbackTargets(runs, kept)
  const names = targets.map(({ number }) => number)
  const help =
    names.length === 0
      ? 'a run that goes well is kept from now on; destroy takes that away'
      : `by number it can be rolled back to ${names.join(', ')} (${ownCommand('history')})`
  const refuse = (message: string): never => {
    throw new ProvisionError('usage', message, { help })
  }
  if (word === undefined) {
    const why = names.length === 0 ? 'nothing is kept of any run' : whyNoFormer(runs, kept)
    return formerRun(runs, kept) ?? refuse(`environment ${environment}: ${why}`)
  }
  const chosen = targets.find(({ number }) => String(number) === word)
  if (chosen) return chosen
  const run = runs.find(({ number }) => String(number) === word)
  if (!run) return refuse(`there is no run ${JSON.stringify(word)}`)
  if (!run.ok) return refuse(`run ${word} (${run.command}) did not end well`)
  return refuse(
    run.state === undefined
      ? `run ${word} (${run.command}) left nothing to roll back to`
      : `what is needed for run ${word} is not kept any more`,
  )
}
