import type { ParamSpecs } from '../../src/core/playbook/params.ts'
import type { Resource } from '../../src/core/resource.ts'
import {
  artifact,
  command,
  container,
  defineBox,
  definePlaybook,
  directory,
  file,
  image,
  network,
  push,
  tree,
  volume,
  type ArtifactOptions,
  type BoxOptions,
  type CommandOptions,
  type ContainerOptions,
  type DirectoryOptions,
  type FileOptions,
  type ImageOptions,
  type NetworkOptions,
  type PlaybookOptions,
  type PushOptions,
  type TreeOptions,
  type VolumeOptions,
} from '../../src/index.ts'
import { app } from './judge.ts'
import type { StringPaths } from './string-paths.ts'

/**
 * How a text gets to where it is meant for: as a word for a shell, as the path of something on a host, as JSON for
 * Docker, or not at all, because it stays `here`. A `name` may hold only what means nothing to anybody.
 */
export type Way = 'word' | 'path' | 'json' | 'name' | 'here'

/** One place where a user can write a text. */
export interface Field {
  readonly way: Way
  /** Declares something with this text there; throws when it is refused at once. */
  readonly declare: (text: string) => Resource | undefined
}

type Fields<Options> = Readonly<Record<StringPaths<Options>, Field>>

const field = (way: Way, declare: (text: string) => Resource | undefined): Field => ({ way, declare })

/** Options as somebody writes them whom no compiler watches. */
const untyped = <T extends object>(options: T, over: Readonly<Record<string, unknown>>): T =>
  Object.assign({}, options, over)

const tiny = image('tiny')
const jar = artifact('a.jar', { run: ['make'], inputs: ['**'], output: 'a.jar' })
const plain: ContainerOptions<string, string> = { image: tiny, ports: { http: 80 } }
const inContainer = (way: Way, over: (text: string) => Readonly<Record<string, unknown>>): Field =>
  field(way, (text) => container(app, 'user', untyped(plain, over(text))))

const containerFields: Fields<ContainerOptions<string, string>> = {
  'command[]': inContainer('json', (text) => ({ command: [text] })),
  'entrypoint[]': inContainer('json', (text) => ({ entrypoint: [text] })),
  'env{key}': inContainer('json', (text) => ({ env: Object.fromEntries([[text, 'x']]) })),
  'env{}': inContainer('json', (text) => ({ env: { A: text } })),
  'ports{key}': inContainer('here', (text) => ({ ports: Object.fromEntries([[text, 80]]) })),
  'ports{}.protocol': inContainer('name', (text) => ({ ports: { http: { port: 80, protocol: text } } })),
  'publish{key}': inContainer('here', (text) => ({
    ports: Object.fromEntries([[text, 80]]),
    publish: Object.fromEntries([[text, 80]]),
  })),
  'publish{}.address': inContainer('name', (text) => ({ publish: { http: { port: 80, address: text } } })),
  'mounts{key}': inContainer('json', (text) => ({ mounts: Object.fromEntries([[text, '/x']]) })),
  'mounts{}': inContainer('json', (text) => ({ mounts: { '/x': text } })),
  'mounts{}.from': inContainer('json', (text) => ({ mounts: { '/x': { from: text } } })),
  'labels{key}': inContainer('json', (text) => ({ labels: Object.fromEntries([[text, 'x']]) })),
  'labels{}': inContainer('json', (text) => ({ labels: { a: text } })),
  network: inContainer('name', (network) => ({ network })),
  restart: inContainer('name', (restart) => ({ restart })),
  memory: inContainer('here', (memory) => ({ memory })),
  user: inContainer('name', (user) => ({ user })),
  workdir: inContainer('json', (workdir) => ({ workdir })),
  hostname: inContainer('name', (hostname) => ({ hostname })),
  'capabilities.add[]': inContainer('name', (text) => ({ capabilities: { add: [text] } })),
  'capabilities.drop[]': inContainer('name', (text) => ({ capabilities: { drop: [text] } })),
  shmSize: inContainer('here', (shmSize) => ({ shmSize })),
  'tmpfs{key}': inContainer('json', (text) => ({ tmpfs: Object.fromEntries([[text, '1m']]) })),
  'tmpfs{}': inContainer('here', (text) => ({ tmpfs: { '/x': text } })),
  'tmpfs{}.size': inContainer('here', (size) => ({ tmpfs: { '/x': { size } } })),
  'ulimits{key}': inContainer('name', (text) => ({ ulimits: Object.fromEntries([[text, 9]]) })),
  'extraHosts{key}': inContainer('name', (text) => ({
    extraHosts: Object.fromEntries([[text, '10.0.0.9']]),
  })),
  'extraHosts{}': inContainer('name', (text) => ({ extraHosts: { a: text } })),
  'devices[]': inContainer('json', (text) => ({ devices: [text] })),
  'sysctls{key}': inContainer('name', (text) => ({ sysctls: Object.fromEntries([[text, '1']]) })),
  'sysctls{}': inContainer('json', (text) => ({ sysctls: { 'net.core.somaxconn': text } })),
  'logging.driver': inContainer('name', (driver) => ({ logging: { driver } })),
  'logging.options{key}': inContainer('json', (text) => ({
    logging: { driver: 'local', options: Object.fromEntries([[text, 'x']]) },
  })),
  'logging.options{}': inContainer('json', (text) => ({
    logging: { driver: 'local', options: { a: text } },
  })),
  'ready.timeout': inContainer('here', (timeout) => ({ ready: { tcp: 'http', timeout } })),
  'ready.http': inContainer('json', (http) => ({ ready: { http, port: 'http' } })),
  'ready.port': inContainer('here', (port) => ({ ready: { http: '/', port } })),
  'ready.tcp': inContainer('here', (tcp) => ({ ready: { tcp } })),
  'ready.log': inContainer('json', (log) => ({ ready: { log } })),
  'ready.health': inContainer('here', (health) => ({ ready: { health } })),
  'ready.command[]': inContainer('json', (text) => ({ ready: { command: ['x', text] } })),
  stopTimeout: inContainer('here', (stopTimeout) => ({ stopTimeout })),
}

const fileFields: Fields<FileOptions> = {
  content: field('path', (content) => file(app, '/content', { content })),
  from: field('here', (from) => file(app, '/x', { from })),
  owner: field('name', (owner) => file(app, '/x', { content: '', owner })),
  group: field('name', (group) => file(app, '/x', { content: '', group })),
}
const directoryFields: Fields<DirectoryOptions> = {
  owner: field('name', (owner) => directory(app, '/x', { owner })),
  group: field('name', (group) => directory(app, '/x', { group })),
}
const treeFields: Fields<TreeOptions> = {
  from: field('here', (from) => tree(app, '/x', { from })),
  'exclude[]': field('here', (text) => tree(app, '/x', { from: '.', exclude: [text] })),
  owner: field('name', (owner) => tree(app, '/x', { from: '.', owner })),
  group: field('name', (group) => tree(app, '/x', { from: '.', group })),
}
const pushFields: Fields<PushOptions> = {
  to: field('here', (to) => push(app, jar, { to })),
  owner: field('name', (owner) => push(app, jar, { to: '/x', owner })),
  group: field('name', (group) => push(app, jar, { to: '/x', group })),
}
const ran = (over: Readonly<Record<string, unknown>>) =>
  command(app, 'c', untyped({ run: ['printf', ''], creates: '/x' }, over))
const commandFields: Fields<CommandOptions> = {
  'run[]': field('word', (text) => ran({ run: ['printf', '%s', text] })),
  cwd: field('here', (cwd) => ran({ cwd })),
  'env{key}': field('here', (text) => ran({ env: Object.fromEntries([[text, 'x']]) })),
  'env{}': field('word', (text) => ran({ run: ['sh', '-c', 'printf %s "$A"'], env: { A: text } })),
  timeout: field('here', (timeout) => ran({ timeout })),
  'unless[]': field('here', (text) => ran({ creates: undefined, unless: ['test', text] })),
  creates: field('here', (creates) => ran({ creates })),
}
const networkFields: Fields<NetworkOptions> = {
  driver: field('name', (driver) => network(app, 'net', { driver })),
  subnet: field('name', (subnet) => network(app, 'net', { subnet })),
}
const volumeFields: Fields<VolumeOptions> = {
  driver: field('name', (driver) => volume(app, 'vol', { driver })),
}
const pushed = (options: () => ReturnType<typeof artifact>) => push(app, options(), { to: '/x' })
const built = { run: ['make'], inputs: ['**'], output: 'out' }
// `in` and `needs` hold what has rows of its own.
const artifactFields: Fields<Omit<ArtifactOptions, 'in' | 'needs'>> = {
  'run[]': field('here', (text) => pushed(() => artifact('a', { ...built, run: ['x', text] }))),
  cwd: field('here', (cwd) => pushed(() => artifact('a', { ...built, cwd }))),
  'inputs[]': field('here', (text) => pushed(() => artifact('a', { ...built, inputs: [text] }))),
  output: field('here', (output) => pushed(() => artifact('a', { ...built, output }))),
  'env{key}': field('here', (text) =>
    pushed(() => artifact('a', { ...built, env: Object.fromEntries([[text, 'x']]) })),
  ),
  'env{}': field('here', (text) => pushed(() => artifact('a', { ...built, env: { A: text } }))),
}
const imaged = (over: Readonly<Record<string, unknown>>) =>
  container(app, 'user', { image: image('own', untyped({ build: '.' }, over)) })
const imageFields: Fields<Omit<ImageOptions, 'needs'>> = {
  build: field('here', (build) => imaged({ build })),
  dockerfile: field('here', (dockerfile) => imaged({ dockerfile })),
  'args{key}': field('here', (text) => imaged({ args: Object.fromEntries([[text, 'x']]) })),
  'args{}': field('here', (text) => imaged({ args: { A: text } })),
  target: field('here', (target) => imaged({ target })),
}
/** What makes no resource: there is nothing more to look at. */
const without = (way: Way, make: (text: string) => unknown): Field =>
  field(way, (text) => {
    make(text)
    return undefined
  })
const boxFields: Fields<BoxOptions> = {
  name: without('name', (name) => defineBox({ name, build: '.' })),
  build: without('here', (build) => defineBox({ name: 'b', build })),
  user: without('name', (user) => defineBox({ name: 'b', build: '.', user })),
}
const box = defineBox({ name: 'b', build: '.' })
const played = (over: Readonly<Record<string, unknown>>, given = {}) =>
  definePlaybook(untyped({ name: 'p', box, hosts: ['app'], resources: () => [] }, over)).declare(given, {})
type Options = Omit<PlaybookOptions<string, ParamSpecs, []>, 'box' | 'resources' | 'after'>
const playbookFields: Fields<Options> = {
  name: without('name', (name) => played({ name })),
  'hosts[]': without('name', (text) => played({ hosts: [text] })),
  'params{key}': without('here', (text) =>
    played({ params: Object.fromEntries([[text, { type: 'string', default: '' }]]) }),
  ),
  'params{}.type': without('name', (type) => played({ params: { p: { type, default: '' } } })),
  'params{}.description': without('here', (description) =>
    played({ params: { p: { type: 'int', description } } }, { p: 'x' }),
  ),
  'params{}.default': without('here', (text) => played({ params: { p: { type: 'int', default: text } } })),
  'params{}.choices[]': without('here', (text) =>
    played({ params: { p: { type: 'string', choices: [text] } } }, { p: 'x' }),
  ),
  'params{}.env': without('here', (env) => played({ params: { p: { type: 'secret', env } } })),
}

/** What is named beside the options. */
const names = {
  container: field('name', (name) => container(app, name, plain)),
  'file path': field('path', (path) => file(app, `/${path}`, { content: 'x' })),
  'directory path': field('path', (path) => directory(app, `/${path}`)),
  'tree path': field('here', (to) => tree(app, to, { from: '.' })),
  command: field('here', (name) => command(app, name, { run: ['x'], creates: '/x' })),
  network: field('name', (name) => network(app, name)),
  volume: field('name', (name) => volume(app, name)),
  artifact: field('here', (name) => pushed(() => artifact(name, built))),
  image: field('name', (name) => container(app, 'user', { image: image(name) })),
  'param given': without('here', (text) => played({ params: { p: { type: 'string' } } }, { p: text })),
  'param not known': without('here', (text) => played({}, Object.fromEntries([[text, 'x']]))),
}

/** All places where a playbook can have a text, by kind and path. */
export const fields: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  ...{ container: containerFields, file: fileFields, directory: directoryFields, tree: treeFields },
  ...{ push: pushFields, command: commandFields, network: networkFields, volume: volumeFields },
  ...{
    artifact: artifactFields,
    image: imageFields,
    box: boxFields,
    playbook: playbookFields,
    'the name of a': names,
  },
}
