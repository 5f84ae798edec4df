import type { Artifact, BuiltArtifact, Folder } from '../build/index.ts'
import { builtArtifact } from '../build/built.ts'
import type { Facts, Scope } from '../facts.ts'
import type { Host } from '../host.ts'
import { pathClaim } from '../graph/claim.ts'
import { manifestPath } from './manifest.ts'
import { mirrorChanges, mirrorLooks, mirrorProbes, mirrorRemedy, mirrorState } from './index.ts'
import { mirroredFiles, noteOf, type Mirror } from './wanted.ts'
import { defineModule, type Declare } from '../module.ts'
import { builtContent, type MountedContent } from '../mount.ts'
import { ref, resolve, type Ref } from '../ref.ts'
import { resourceId, resourceTitle } from '../resource.ts'
import { firstProblem, modeProblem, ownerProblem, pathProblem } from '../rules/index.ts'

/** What a resource that mirrors built content is declared with. */
export interface MirrorProps extends Omit<Mirror, 'source' | 'because' | 'manifest' | 'inner'> {
  readonly source: Ref<BuiltArtifact>
  readonly because: readonly string[] | Ref<readonly string[]>
  readonly manifest: Ref<string>
  readonly inner: Ref<readonly string[]>
}

/**
 * The kinds of resource that put built content at a path differ only in where the content comes from.
 * @param refuse throws where the content is not what the kind is for
 */
export const defineMirror = (
  kind: string,
  refuse: (mirror: Mirror) => void = () => undefined,
): Declare<MirrorProps> =>
  defineModule({
    kind,
    validate: ({ to, fileMode, folderMode, owner, group }: MirrorProps) =>
      firstProblem(
        pathProblem('to', to),
        modeProblem('mode', fileMode),
        modeProblem('mode of folders', folderMode),
        ownerProblem('owner', owner),
        ownerProblem('group', group),
      ),
    claims: ({ to }) => [pathClaim(to)],
    files: mirroredFiles,
    probe: (props) => {
      refuse(props)
      return mirrorProbes(props)
    },
    lookInto: (props, answers) => mirrorLooks(answers, props),
    parse: (answers, props, beside) => mirrorState(answers, props, beside),
    diff: (props, state) => (state ? mirrorChanges(props, state) : []),
    remedy: (props, _, state) => (state ? mirrorRemedy(props, state) : { operation: 'create', actions: [] }),
  })

/** How such a resource is called, where on its host it notes what it put there, and what others have below it. */
export function mirrorIdentity(kind: string, host: Host, to: string) {
  const id = { kind, host: host.name, name: to }
  return {
    title: resourceTitle(id),
    manifest: ref({ label: 'manifest' }, ({ scope }: { scope: Scope }) =>
      manifestPath(scope, resourceId(id)),
    ),
    inner: ref({ label: `paths below ${to}` }, ({ paths }: Pick<Facts, 'paths'>) =>
      (paths.get(host.name) ?? []).filter((path) => path.startsWith(`${to}/`)),
    ),
  }
}

/** What containers see that mount it: its files, and the note of which there are. */
export const mirroredContent = (
  build: Artifact | Folder,
  to: string,
  { manifest, inner }: Pick<MirrorProps, 'manifest' | 'inner'>,
): Ref<MountedContent> => {
  const content = builtContent(build, to)
  return ref({ label: content.label, builds: [build] }, (facts) => {
    const found = resolve(content, facts)
    const note = noteOf(resolve({ to, source: builtArtifact(build), manifest, inner }, facts))
    return { ...found, files: note ? [...found.files, note] : found.files }
  })
}
