import {
  buildId,
  type Artifact,
  type BuiltArtifact,
  type BuiltImage,
  type Folder,
  type Image,
} from './index.ts'
import { factOf } from '../facts.ts'
import { ref, type Ref } from '../ref.ts'

/** What will have come of an artifact or a local folder. */
export const builtArtifact = (build: Artifact | Folder): Ref<BuiltArtifact> =>
  ref({ label: buildId(build), builds: [build] }, (facts) =>
    factOf(facts.built, 'what came of', buildId(build)),
  )

/** What will have come of an image. */
export const builtImage = (image: Image): Ref<BuiltImage> =>
  ref({ label: buildId(image), builds: [image] }, (facts) => factOf(facts.images, 'image', image.ref))
