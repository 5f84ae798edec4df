import { expect, it } from 'vitest'
import type { Resource } from '../../src/core/resource.ts'
import {
  artifact,
  command,
  container,
  directory,
  file,
  image,
  network,
  preload,
  push,
  secret,
  tree,
  volume,
  type ContainerOptions,
} from '../../src/index.ts'
import { app } from '../support/judge.ts'
import { told, untyped } from '../support/untyped.ts'

const tiny = image('tiny')
const fine: ContainerOptions<string, string> = { image: tiny }
const named = (over: Readonly<Record<string, unknown>>) => () => container(app, 'user', untyped(fine, over))
const data = volume(app, 'data')
const built = { run: ['make'], inputs: ['**'], output: 'a' }
const jar = artifact('a.jar', built)

/** A call as somebody writes it whom no compiler watches. */
const called =
  (declare: (...given: never[]) => unknown, ...given: readonly unknown[]) =>
  (): Resource => {
    const made: unknown = Reflect.apply(declare, undefined, given)
    return isResource(made) ? made : data
  }
const isResource = (value: unknown): value is Resource =>
  typeof value === 'object' && value !== null && 'bind' in value

const artifactOf = (over: Readonly<Record<string, unknown>>) => () =>
  push(app, artifact('b', untyped(built, over)), { to: '/b' })
const imageOf = (over: Readonly<Record<string, unknown>>) => () =>
  container(app, 'user', { image: image('x', untyped({ build: '.' }, over)) })

it.each<[string, () => Resource, string]>([
  [
    'a host by name',
    called(container, 'web', 'nginx', fine),
    'container nginx: its host is "web", not a host of the playbook (take it from the topology',
  ],
  [
    'an address as a host',
    called(file, app.address, '/x', { content: '' }),
    'file /x: its host is a reference,',
  ],
  ['no host', called(directory, undefined, '/x'), 'directory /x: its host is undefined, not'],
  ['a resource as a host', called(volume, data, 'more'), 'volume more: its host is volume data, not'],
  ['a host by name for a tree', called(tree, 'web', '/x', { from: '.' }), 'tree /x: its host is "web", not'],
  ['a host by name for a push', called(push, 'web', jar, { to: '/x' }), 'push a.jar: its host is "web", not'],
  [
    'a host by name for a command',
    called(command, 'web', 'c', { run: ['x'], creates: '/x' }),
    'command c: its host is "web", not',
  ],
  ['a host by name for a network', called(network, 'web', 'net'), 'network net: its host is "web", not'],
  ['a host by name for an image', called(preload, 'web', tiny), 'image tiny:latest: its host is "web", not'],
  ['an artifact by name', called(push, app, 'a.jar', { to: '/x' }), 'app › push: "a.jar" is not an artifact'],
  ['an image by name', called(preload, app, 'tiny'), 'app › image: "tiny" is not an image'],
  [
    'what it needs by name',
    called(file, app, '/x', { content: '' }, { needs: ['web'] }),
    'app › file /x: needs: "web" is not a resource',
  ],
  [
    'what it needs by name, from a function',
    called(file, app, '/x', { content: '' }, { needs: () => ['web'] }),
    'app › file /x: needs: "web" is not a resource',
  ],
  [
    'what it needs without a list',
    called(container, app, 'user', fine, { needs: data }),
    'app › container user: needs: volume data is not a list of resources',
  ],
  [
    'what it needs in a set',
    called(container, app, 'user', fine, { needs: new Set([data]) }),
    'app › container user: needs: a Set is not a list of resources',
  ],
  [
    'a promise of what it needs',
    called(container, app, 'user', fine, { needs: () => Promise.resolve([data]) }),
    'app › container user: needs: a Promise is not a list of resources',
  ],
  [
    'nothing as what it needs',
    called(container, app, 'user', fine, { needs: null }),
    'app › container user: needs: null is not a list of resources',
  ],
  ['a resource in the environment', named({ env: { A: data } }), 'env.A: volume data is not a text'],
  ['a host in the environment', named({ env: { A: app } }), 'env.A: an object is not a text'],
  ['a function in the environment', named({ env: { A: () => 1 } }), 'env.A: a function is not a text'],
  ['a resource as an argument', named({ command: [data] }), 'command[0]: volume data is not a text'],
  ['a resource as a command', named({ command: data }), 'command: volume data is not a list of words'],
  ['a reference as an image', named({ image: app.address }), 'image: a reference is not an image'],
  [
    'a secret as a mount',
    named({ mounts: { '/x': secret('abcd') } }),
    'mounts./x: a secret cannot be mounted',
  ],
  ['an empty command', named({ command: [] }), "command: is empty; leave it out for the image's own ("],
  [
    'capabilities as a text',
    named({ capabilities: { add: 'ALL' } }),
    'capabilities.add: "ALL" is not a list',
  ],
  [
    'a capability that is a number',
    named({ capabilities: { drop: [5] } }),
    'capabilities.drop[0]: 5 is not a capability of Linux (write it like "NET_ADMIN")',
  ],
  [
    'a mount that is read-only in a text',
    named({ mounts: { '/x': { from: '/y', readOnly: 'false' } } }),
    'mounts./x: readOnly: "false" is neither true nor false',
  ],
  [
    'a mount that restarts by a number',
    named({ mounts: { '/x': { from: '/y', restart: 0 } } }),
    'mounts./x: restart: 0 is neither true nor false',
  ],
  [
    'a network that is internal in a text',
    called(network, app, 'net', { internal: 'no' }),
    'network net: internal: "no" is neither true nor false',
  ],
  ['an image without a name', called(image), 'image: its name is undefined, not a text'],
  ['a push to a reference', called(push, app, jar, { to: app.address }), 'to: a reference is not a text'],
  ['an environment as a list of lines', named({ env: ['A=1'] }), 'env: ["A=1"] is not a record'],
  ['no environment', named({ env: null }), 'env: null is not a record'],
  ['an environment in a map', named({ env: new Map([['A', '1']]) }), 'env: a Map is not a record'],
  ['labels in a set', named({ labels: new Set(['a']) }), 'labels: a Set is not a record'],
  ['options in a map', called(directory, app, '/x', new Map([['mode', 0o700]])), 'its options are a Map ('],
  ['a promise of options', called(network, app, 'net', Promise.resolve({})), 'its options are a Promise ('],
  ['options in a list', called(volume, app, 'vol', []), 'its options are [] ('],
  ['labels as a text', named({ labels: 'a' }), 'labels: "a" is not a record'],
  ['mounts as a list', named({ mounts: ['/a:/b'] }), 'mounts: ["/a:/b"] is not a record'],
  ['ports as a list', named({ ports: [80] }), 'ports: [80] is not a record'],
  ['what is published as a number', named({ publish: 80 }), 'publish: 80 is not a record'],
  [
    'a pattern alone',
    called(tree, app, '/x', { from: '.', exclude: '*.x' }),
    'tree /x: exclude: "*.x" is not a list of patterns',
  ],
  [
    'a pattern that is none',
    called(tree, app, '/x', { from: '.', exclude: [5] }),
    'tree /x: exclude[0]: 5 is not a text',
  ],
  [
    'a tree of nothing',
    called(tree, app, '/x', { from: undefined }),
    'tree /x: from: undefined is not a path',
  ],
  ['a file of what is none', called(file, app, '/x', { from: 5 }), 'file /x: from: 5 is not a path'],
  [
    'an artifact without inputs',
    artifactOf({ inputs: undefined }),
    'artifact b: inputs: undefined is not a list of patterns',
  ],
  [
    'an artifact with one input',
    artifactOf({ inputs: 'src/**' }),
    'artifact b: inputs: "src/**" is not a list of patterns',
  ],
  [
    'an artifact without a command',
    artifactOf({ run: undefined }),
    'artifact b: run: undefined is not a list of words',
  ],
  [
    'an artifact without an output',
    artifactOf({ output: undefined }),
    'artifact b: output: undefined is not a text',
  ],
  ['an artifact in an image by name', artifactOf({ in: 'node' }), 'artifact b: in: "node" is not an image'],
  ['an artifact without an environment', artifactOf({ env: null }), 'artifact b: env: null is not a record'],
  ['an artifact in no folder', artifactOf({ cwd: 5 }), 'artifact b: cwd: 5 is not a path'],
  [
    'an image that needs another by name',
    imageOf({ needs: ['x'] }),
    'image "x": needs: "x" is neither an image nor an artifact',
  ],
  [
    'an artifact that needs another by name',
    artifactOf({ needs: ['a'] }),
    'artifact b: needs: "a" is not an artifact',
  ],
  [
    'an artifact that needs an image',
    artifactOf({ needs: [tiny] }),
    'artifact b: needs: image tiny:latest is not an artifact',
  ],
  [
    'an image that needs another alone',
    imageOf({ needs: tiny }),
    'image "x": needs: image tiny:latest is not a list of images and artifacts',
  ],
  ['arguments of a build in a list', imageOf({ args: ['A=1'] }), 'image "x": args: ["A=1"] is not a record'],
  ['an image of no folder', imageOf({ build: 5 }), 'image "x": build: 5 is not a path'],
])('a call that nobody type-checked: %s', (_, declare, message) => {
  expect(told(declare)).toContain(message)
  expect(told(declare)).toMatch(/^playbook: .*\)$/)
})
