import { artifact, container, image, push, tree, type ContainerOptions } from '../../src/index.ts'
import type { Folder } from '../../src/core/build/index.ts'
import type { ContainerState, ImageState } from '../../src/core/probe.ts'
import type { Resource } from '../../src/core/resource.ts'
import { app, builtOf, factsOf, fileStat, localFile, type HostAnswers } from './judge.ts'
import { bodyOf, builtImageOf, imageOnHost, networksOf, running } from './made.ts'

export type Options = ContainerOptions<string, string>

export const jre = image('jre')
export const jar = artifact('user.jar', { run: ['make'], inputs: ['**'], output: 'user.jar' })
export const code = push(app, jar, { to: '/srv/user.jar' })
export const site: Folder = { kind: 'folder', path: './www', exclude: [] }
export const www = tree(app, '/srv/www', { from: './www' })

/** A run in which the image, the JAR and the site have these versions. */
export const run = (
  versions: { image?: string; jar?: string; www?: string } = {},
  changed: readonly string[] = [],
) =>
  factsOf(
    [
      [jar, builtOf('user.jar', [localFile('', versions.jar ?? 'j1')], changed)],
      [site, builtOf('www', [localFile('index.html', versions.www ?? 'w1')], changed)],
    ],
    [builtImageOf('jre:latest', versions.image ?? 'i1', changed)],
  )

export const onHost = imageOnHost('i1', ['PATH=/bin', 'LANG=C'])
export const named = (options: Partial<Options>) => container(app, 'user', { image: jre, ...options })

/** What a host answers that has what the first options ask for. */
export const answersFor = (
  options: Partial<Options>,
  rest: Partial<ContainerState> = {},
  there: ImageState = onHost,
): HostAnswers => ({
  'container user': running(bodyOf(named(options), run()), there, {
    networks: networksOf(named(options), run()),
    ...rest,
  }),
  'image jre:latest': there,
  ...pathsThere(named(options)),
})

/** What it says of the paths that a container mounts, where nobody has touched them. */
export const pathsThere = (made: Resource): HostAnswers =>
  Object.fromEntries(
    made
      .bind(run())
      .probes.flatMap((probe) =>
        probe.ask === 'stat' ? [[`stat ${probe.path}`, fileStat('', { digest: undefined })]] : [],
      ),
  )
