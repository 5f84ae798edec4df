import { chmodSync, createReadStream, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type Dockerode from 'dockerode'
import { ProvisionError, systemCode } from '../../core/error.ts'
import { dockerError, dockerReason } from '../../transport/docker/error.ts'
import { registryLogin } from '../../transport/docker/registry-login.ts'
import { runLocal } from '../../transport/local.ts'
import { byItself } from './by-itself.ts'
import { debianSources } from './debian-sources.ts'
import { readMessages } from './engine-stream.ts'
import { debianSuite, imageName } from './image-name.ts'
import { inspectImage } from './local-images.ts'
import { pullImage } from './pull.ts'
import { asTask, type BuildTask } from './task.ts'
import type { BuildContext } from './workshop.ts'

/** How long a registry may take to say a first word where there is another way. Milliseconds. */
const patience = 10_000

/**
 * Has an image that is not built from a Dockerfile here: as it is on the engine, else pulled; a Debian base that cannot
 * be pulled is made from the distribution's own packages and tagged the same.
 */
export async function provideBase(ref: string, context: BuildContext): Promise<void> {
  const what = `image ${ref}`
  const engine = await context.engine()
  const isThere = async (): Promise<boolean> =>
    (await inspectImage(ref, engine, context.signal)) !== undefined
  if (await isThere()) return
  await asTask(context.emit, what, context.signal, (task) =>
    // Two runs that both miss it shall make it once.
    byItself(what, what, context.signal, task, async () => {
      if (!(await isThere())) await pullOrMake(ref, engine, context, task)
    }),
  )
}

async function pullOrMake(
  ref: string,
  engine: Dockerode,
  context: BuildContext,
  task: BuildTask,
): Promise<void> {
  const { signal } = context
  const debian = debianSuite(ref)
  const login = await registryLogin(ref, { engine, signal, onLine: task.line })
  if (!debian) {
    await pullImage(engine, ref, task, { signal, login })
    return
  }
  try {
    await pullImage(engine, ref, task, { signal, patience, login })
  } catch (error) {
    if (signal.aborted || !(error instanceof ProvisionError)) throw error
    task.line(`${error.message}; making it from Debian's packages`)
    await makeDebian(ref, debian, engine, context, task)
  }
}

/** What the official slim images leave out. */
const slimming = ['doc', 'groff', 'info', 'lintian', 'linda', 'locale', 'man']
  .map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`)
  .concat(
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    '--dpkgopt=path-include=/usr/share/locale/locale.alias',
  )

/** The settings of the official Debian images. */
const changes = ['ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'CMD ["bash"]']

async function makeDebian(
  ref: string,
  { suite, slim }: { readonly suite: string; readonly slim: boolean },
  engine: Dockerode,
  { cacheDir, signal }: BuildContext,
  task: BuildTask,
): Promise<void> {
  const [repo = '', tag = ''] = imageName(ref).split(':')
  const folder = join(cacheDir, 'base')
  const tar = join(folder, `${tag}.tar`)
  // Not in the cache: in a home folder the users that mmdebstrap maps could not reach it.
  const scratch = join(tmpdir(), `provision-base-${userInfo().uid}-${tag}`)
  const clear = () => [tar, scratch].forEach((path) => rmSync(path, { recursive: true, force: true }))
  // Also what a run that was killed has left.
  clear()
  mkdirSync(folder, { recursive: true })
  mkdirSync(scratch)
  chmodSync(scratch, 0o755)
  try {
    const argv = [
      'mmdebstrap',
      '--variant=minbase',
      '--aptopt=Acquire::Languages "none"',
      '--dpkgopt=force-unsafe-io',
      ...(slim ? slimming : []),
      suite,
      tar,
      ...(await sourcesOf(suite)),
    ]
    const env = { TMPDIR: scratch }
    const { code } = await runLocal({ argv, cwd: folder, env, signal, grace: patience, onLine: task.line })
    if (code !== 0) throw notMade(ref, code, task.tail())
    task.line('loading it into the engine')
    const stream = await engine.importImage(createReadStream(tar), {
      repo,
      tag,
      changes,
      abortSignal: signal,
    })
    const failure = await readMessages(stream, () => undefined)
    if (failure)
      throw new ProvisionError('build', `image ${ref}: the engine does not take it: ${failure.message}`)
  } catch (error) {
    throw dockerError(`image ${ref}`, error, signal, { code: 'build', output: dockerReason(error) })
  } finally {
    clear()
  }
}

function notMade(ref: string, code: number | undefined, output: string): ProvisionError {
  const what = `image ${ref}: it is not on this machine, cannot be pulled, and`
  if (code === 127) {
    return new ProvisionError('build', `${what} mmdebstrap, which could make it, is not installed`, {
      help: './scripts/quickstart.sh, or apt-get install mmdebstrap',
    })
  }
  return new ProvisionError('build', `${what} mmdebstrap failed with exit code ${code ?? 'none'}`, {
    output,
    help: 'mmdebstrap needs root or unprivileged user namespaces, and a Debian mirror that answers',
  })
}

/** The mirrors of this machine where it runs Debian itself; else none, which leaves the choice to mmdebstrap. */
async function sourcesOf(suite: string): Promise<readonly string[]> {
  const release = read('/etc/os-release')
  const machineSuite = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(release)?.[1]
  if (!/^ID="?debian"?$/m.test(release) || machineSuite === undefined) return []
  const folder = '/etc/apt/sources.list.d'
  const names = await readdir(folder).catch(() => [])
  const texts = ['/etc/apt/sources.list', ...names.sort().map((name) => join(folder, name))]
    .filter((path) => path.endsWith('.list') || path.endsWith('.sources'))
    .map(read)
  return debianSources(suite, machineSuite, texts)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (systemCode(error) !== undefined) return ''
    throw error
  }
}
