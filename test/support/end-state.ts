import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What is somewhere, one fact a line, without what differs from run to run: ids, times, addresses of containers. */
export type EndState = readonly string[]

/** What to look at, past our own code: by the Docker client and in the nodes. */
export interface Looked {
  readonly projectDir: string
  /** Folders and files on hosts that the playbook fills. */
  readonly places: readonly string[]
  /** The folder for temporary files of the calls. */
  readonly tmp: string
  /** Part of the names of all images and artifacts. */
  readonly prefix: string
}

/** The state of all hosts, and what runs of a project have on this machine. */
export async function endStateOf(looked: Looked): Promise<EndState> {
  const nodes = await nodesOf(looked.projectDir)
  const parts = await Promise.all([
    ...[...nodes].map(([host, id]) => hostState(host, id, looked.places)),
    machineState(looked),
  ])
  return parts.flat().sort()
}

/** What one state has and the other has not: `+ line`, `- line`. */
export const differences = (before: EndState, now: EndState): readonly string[] => [
  ...now.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ...before.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
]

/** Ids of the running nodes by their hosts. */
export async function nodesOf(projectDir: string): Promise<ReadonlyMap<string, string>> {
  const text = await docker('ps', '--filter', `label=provision.project=${projectDir}`, '--format', nodeFormat)
  return new Map(lines(text).map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']))
}

const nodeFormat = '{{.Label "provision.host"}} {{.ID}}'

async function hostState(host: string, node: string, places: readonly string[]): Promise<EndState> {
  const text = await docker('exec', node, 'sh', '-c', lookAtHost, 'sh', ...places)
  const [files = '', ...kinds] = text.split('\x1e')
  const [containers = [], networks = [], volumes = [], images = []] = kinds.map(objectsIn)
  const content = new Map(images.map((one) => [at(one, 'Id'), contentOf(one)]))
  const facts = [
    ...containers
      .filter((one) => !isYoungTrial(one))
      .map(
        (one) => `container ${JSON.stringify({ ...container(one), image: content.get(at(one, 'Image')) })}`,
      ),
    ...networks.map(
      (one) => `network ${JSON.stringify(picked(one, 'Name', 'Driver', 'Internal', 'Labels'))}`,
    ),
    ...volumes.map((one) => `volume ${JSON.stringify(picked(one, 'Name', 'Driver', 'Labels'))}`),
    ...images.filter(hasName).map((one) => `image ${JSON.stringify([at(one, 'RepoTags'), contentOf(one)])}`),
  ]
  return [...lines(files), ...facts].map(
    (line) => `${host}: ${line.replaceAll(/\b192\.168\.\d+\./g, 'subnet.')}`,
  )
}

/** Files with rights and digest; temporary ones wherever they are; processes that a run has left; then Docker's objects. */
const lookAtHost = `
find "$@" -xdev '(' -type d -printf 'folder %p %M %u:%g\\n' ')' -o '(' -type l -printf 'link %p %l\\n' ')' -o \
  '(' -type f -printf 'file %p %M %u:%g ' -exec sha256sum '{}' ';' ')' 2>/dev/null
find / -xdev '(' -name '.provision-*' -o -path '/tmp/*' -o -path '/var/tmp/*' -o -path '/var/lib/provision/upload-*/*' ')' \
  -printf 'temporary %p\\n' 2>/dev/null
find /run /dev/shm -xdev -name '.provision-*' -printf 'temporary %p\\n' 2>/dev/null
ps -eo user:20,args | grep '^core ' | grep -v 'sshd: core' | sed 's/^/process /'
for kind in container network volume image; do
  printf '\\036'
  case $kind in container) docker ps -aq;; *) docker "$kind" ls -q;; esac | sort -u | xargs -r docker "$kind" inspect
done
`

function objectsIn(text: string): readonly unknown[] {
  const list: unknown = text.trim() === '' ? [] : JSON.parse(text)
  return Array.isArray(list) ? list : []
}

/** One that has lost its name to another goes when the next one comes; a run that is cut short may leave it until then. */
const hasName = (image: unknown): boolean => {
  const names = at(image, 'RepoTags')
  return Array.isArray(names) && names.length > 0
}

/** One in which an image was tried may be another run's for a minute, whatever ended its own: only then is it taken away. */
const isYoungTrial = (one: unknown): boolean =>
  at(one, 'Config', 'Labels', 'provision.trial') !== undefined &&
  Math.abs(Date.now() - Date.parse(String(at(one, 'Created')))) < 60_000

/** What an image is, whichever id it has: the same content built again has another. */
const contentOf = (image: unknown): unknown => [
  at(image, 'RootFS', 'Layers'),
  picked(at(image, 'Config'), 'Env', 'Cmd', 'Labels'),
]

const picked = (object: unknown, ...keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(keys.map((key) => [key, ordered(at(object, key))]))

/** The keys of an object in their order. */
const ordered = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

const container = (object: unknown) => ({
  name: at(object, 'Name'),
  status: at(object, 'State', 'Status'),
  ...picked(at(object, 'Config'), 'Image', 'Env', 'Cmd', 'Labels'),
  ...picked(at(object, 'HostConfig'), 'Binds', 'Mounts', 'PortBindings', 'NetworkMode', 'RestartPolicy'),
  networks: keysOf(at(object, 'NetworkSettings', 'Networks')),
  mounts: sorted(at(object, 'Mounts')),
})

const keysOf = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null ? Object.keys(value).sort() : []

function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (one, key) =>
      typeof one === 'object' && one !== null ? new Map(Object.entries(one)).get(key) : undefined,
    value,
  )
}

const sorted = (value: unknown): unknown =>
  Array.isArray(value) ? value.map((one) => JSON.stringify(one)).sort() : value

/** What runs have on this machine: objects of Docker, temporary files, state. */
async function machineState({ projectDir, tmp, prefix }: Looked): Promise<EndState> {
  const project = `label=provision.project=${projectDir}`
  const nodeLine = '{{.Names}} {{.State}} {{.Label "provision.host"}} {{.Networks}}'
  const [nodes, builders, bakes, volumes, networks, images, temporary, state] = await Promise.all([
    docker('ps', '--all', '--filter', project, '--format', `node ${nodeLine}`),
    docker('ps', '--all', '--filter', 'label=provision.builder', '--format', 'builder {{.Names}} {{.Image}}'),
    docker('ps', '--all', '--filter', 'label=provision.box.baker', '--format', 'bake node {{.Names}}'),
    docker('volume', 'ls', '--filter', project, '--format', 'volume {{.Name}}'),
    docker('network', 'ls', '--filter', project, '--format', 'network {{.Name}}'),
    docker('image', 'ls', '--format', 'image {{.Repository}}:{{.Tag}}'),
    filesIn(tmp),
    filesIn(join(projectDir, '.provision')),
  ])
  return [
    ...[nodes, volumes, networks].flatMap(lines),
    ...[builders, bakes].flatMap(lines).filter((line) => line.includes(prefix)),
    // Those of boxes have a digest of their inputs in their names.
    ...lines(images).filter((line) => line.includes(`${prefix}/`)),
    ...(await boxStores(prefix)),
    ...temporary.map((path) => `temporary ${path}`),
    ...state.filter(isOddState).map((path) => `state ${path}`),
  ].map((line) => `here: ${line}`)
}

/** Every store has its box, or it is left over. */
async function boxStores(prefix: string): Promise<EndState> {
  const [stores, boxes] = await Promise.all([
    docker('volume', 'ls', '--filter', `label=provision.box.name=${prefix}`, '--format', '{{.Name}}'),
    docker('image', 'ls', '--filter', `label=provision.box.name=${prefix}`, '--format', '{{.ID}}'),
  ])
  const known = await Promise.all(
    lines(boxes).map((id) =>
      docker('image', 'inspect', id, '--format', '{{index .Config.Labels "provision.box.store"}}'),
    ),
  )
  const kept = new Set(known.map((name) => name.trim()))
  return lines(stores)
    .filter((name) => !kept.has(name))
    .map((name) => `volume ${name} without its box`)
}

/** Journals, failures and caches differ in number and name from run to run; anything else does not. */
const isOddState = (path: string): boolean =>
  !/^(?:[^/]+\/kept\/|[^/]+\/journal\/\d+\.jsonl|failures\/|cache\/(?:artifacts|images)\/[0-9a-f]+\.json$|cache\/digests\.json$|cache\/jiti\/)/.test(
    path,
  )

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

async function docker(...args: readonly string[]): Promise<string> {
  return (await run('docker', args, { maxBuffer: 1 << 26 })).stdout
}

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')
