import { resolve } from 'node:path'
import picomatch from 'picomatch'
import { onceEach } from '../../core/async/once.ts'

/** Where a pattern of inputs begins, and what it matches from there on; empty for one that is a path. */
export interface Pattern {
  readonly root: string
  readonly glob: string
}

/** @param folder that the pattern is relative to */
export function patternIn(folder: string, pattern: string): Pattern {
  const { base, glob } = picomatch.scan(pattern)
  return { root: resolve(folder, base.replaceAll(/\\(.)/g, '$1')), glob }
}

/** Whether a pattern takes a path, as `inputFiles` has it: one that matches a folder takes all that is in it. */
export const takes = (glob: string): ((path: string) => boolean) =>
  picomatch(glob.endsWith('*') ? glob : [glob, `${glob}/**`], { dot: true })

/** Whether a pattern may take something in a folder of which nothing is known but its path. */
export function takesBelow(glob: string): (folder: string) => boolean {
  const parts = glob.split('/')
  const any = parts.findIndex((part) => part.includes('**'))
  const beginning = onceEach((depth: number) =>
    picomatch(parts.slice(0, any < 0 ? depth : Math.min(depth, any + 1)).join('/'), { dot: true }),
  )
  return (folder) => beginning(folder.split('/').length)(folder)
}
