import { expect, it } from 'vitest'
import type { Artifact, BuiltArtifact, Folder } from '../../../src/core/build/index.ts'
import { graphOf } from '../../../src/core/graph/index.ts'
import { pathsByHost } from '../../../src/core/graph/places.ts'
import { manifestPath, writeManifest, type Manifest } from '../../../src/core/mirror/manifest.ts'
import type { Probe } from '../../../src/core/probe.ts'
import type { Resource } from '../../../src/core/resource.ts'
import { makePlan } from '../../../src/engine/plan/make.ts'
import { artifact, directory, file, push, tree } from '../../../src/index.ts'
import { fakeHost } from '../../support/fake-host.ts'
import {
  app,
  builtOf,
  factsOf,
  fileStat,
  folderStat,
  localFile,
  scope,
  showAction,
} from '../../support/judge.ts'

const to = '/var/www'
const www: Folder = { kind: 'folder', path: './www', exclude: [] }
const js: Folder = { kind: 'folder', path: './js', exclude: [] }
const all: Folder = { kind: 'folder', path: './all', exclude: [] }
const config = artifact('config.json', { run: ['make'], inputs: ['**'], output: 'config.json' })
const made: readonly [Artifact | Folder, BuiltArtifact][] = [
  [www, builtOf('www', [localFile('index.html', 'index.html')])],
  [js, builtOf('js', [localFile('lib/a.js', 'lib/a.js')])],
  [all, builtOf('all', [localFile('js/lib/a.js', 'lib/a.js')])],
  [config, builtOf('config.json', [localFile('', 'config.json')])],
]

const outer = tree(app, to, { from: './www' })
const inner = tree(app, `${to}/js`, { from: './js' })

/** What a tree does on a host on which all that its manifest lists is there, beside others in the same playbook. */
async function actionsOf(one: Resource, manifest: Manifest, others: readonly Resource[]) {
  const note = manifestPath(scope, `app/tree/${one.name}`)
  const notes = new Map([[note, writeManifest(manifest)]])
  const files = new Map(manifest.files.map((path) => [`${one.name}/${path}`, path]))
  const folders = [one.name, ...manifest.folders.map((path) => `${one.name}/${path}`)]
  const answer = (probe: Probe) => {
    if (probe.ask === 'owned') return []
    if (probe.ask === 'read') return notes.get(probe.path)
    if (probe.ask !== 'stat') return undefined
    const content = files.get(probe.path)
    if (content !== undefined) return fileStat(content)
    return folders.includes(probe.path) ? folderStat() : undefined
  }
  const graph = graphOf([one, ...others], ['app'])
  const hosts = new Map([['app', fakeHost('app', { answer })]])
  const paths = pathsByHost(graph.resources.map(({ resource }) => resource))
  const facts = { ...factsOf(made), paths }
  const { plan } = await makePlan(graph, hosts, facts, new AbortController().signal)
  const step = plan.steps.find(({ kind, name }) => kind === one.kind && name === one.name)
  return {
    fields: step?.changes.map(({ field }) => field),
    actions: step?.actions.map((action) => (showAction(action).includes(note) ? 'note' : showAction(action))),
  }
}

const listed: Manifest = { files: ['config.json', 'index.html'], folders: [] }
const nested: Manifest = { files: ['index.html', 'js/lib/a.js', 'js/lib/old.js'], folders: ['js', 'js/lib'] }
const forgets = { fields: ['manifest'], actions: ['note'] }

it.each<[string, Resource, Manifest, readonly Resource[], object]>([
  ['a file', outer, listed, [file(app, `${to}/config.json`, { content: 'config.json' })], forgets],
  ['a file with other content', outer, listed, [file(app, `${to}/config.json`, { content: 'new' })], forgets],
  ['an artifact that is a file', outer, listed, [push(app, config, { to: `${to}/config.json` })], forgets],
  [
    'nobody',
    outer,
    listed,
    [file(app, `${to}/config.json.bak`, { content: 'x' })],
    { fields: ['config.json content'], actions: [`delete ${to}/config.json`, 'note'] },
  ],
  [
    'a tree below it, but for what that has not',
    outer,
    nested,
    [inner],
    { fields: ['js/lib/old.js content'], actions: ['note', `delete ${to}/js/lib/old.js`, 'note'] },
  ],
  [
    'a tree above it',
    tree(app, `${to}/js`, { from: './www' }),
    { files: ['index.html', 'lib/a.js', 'lib/b.js'], folders: ['lib'] },
    [tree(app, to, { from: './all' })],
    { fields: ['lib/b.js content'], actions: ['note', `delete ${to}/js/lib/b.js`, 'note'] },
  ],
  [
    'a folder, which stays',
    outer,
    { files: ['index.html', 'js/a.js'], folders: ['js', 'js/data'] },
    [directory(app, `${to}/js/data/own`)],
    { fields: ['js/a.js content'], actions: ['note', `delete ${to}/js/a.js`, 'note'] },
  ],
])(
  'of what a tree put there before, it forgets what is put there now by %s',
  async (_, one, manifest, others, expected) => {
    expect(await actionsOf(one, manifest, others)).toEqual(expected)
  },
)
