import type { Folder } from '../../src/core/build/index.ts'
import { manifestPath, writeManifest } from '../../src/core/mirror/manifest.ts'
import { builtOf, factsOf, scope, type localFile } from './judge.ts'

/** A folder of this machine that tests mirror. */
export const www: Folder = { kind: 'folder', path: './www', exclude: [] }

/** Where it goes on the host `app`. */
export const to = '/var/www'

/** Where what a tree has put there is listed. */
export const note = manifestPath(scope, 'app/tree//var/www')

/** Such a list. */
export const manifest = (files: readonly string[], folders: readonly string[] = []): string =>
  writeManifest({ files, folders })

/** What is known when the folder holds these files. */
export const facts = (...files: readonly ReturnType<typeof localFile>[]) =>
  factsOf([[www, builtOf('www', files)]])
