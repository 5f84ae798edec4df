import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

/** A name that every way through a shell, a URL or a glob would break. */
export const awkward = `it's "a" $HOME \`x\` [b]* é\n&`

/** What to put at a path: a text, a program, or a link. */
type Thing = string | { readonly program: string } | { readonly linkTo: string }

/** Puts things into a folder. */
export function fill(folder: string, things: Readonly<Record<string, Thing>>): void {
  for (const [name, thing] of Object.entries(things)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    if (typeof thing === 'string') writeFileSync(path, thing)
    else if ('linkTo' in thing) symlinkSync(thing.linkTo, path)
    else {
      writeFileSync(path, thing.program)
      chmodSync(path, 0o755)
    }
  }
}

/** A folder that is gone after the test. */
export function temporaryFolder(things: Readonly<Record<string, Thing>> = {}, name = 'folder'): string {
  const root = mkdtempSync(join(tmpdir(), 'provision-test-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const folder = join(root, name)
  mkdirSync(folder)
  fill(folder, things)
  return folder
}

/** A folder with files that were not written within the last tick of the clock. */
export async function settledFolder(things: Parameters<typeof temporaryFolder>[0]): Promise<string> {
  const folder = temporaryFolder(things)
  await sleep(30)
  return folder
}
