import { existsSync, readFileSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import type { PlaybookTexts } from '../../engine/workspace.ts'

/** What may stand before the name of a module: `from`, `import`, `import(`, `require(`. */
const specifier = /\b(?:from|import|require)\s*\(?\s*(['"])((?:\\.|(?!\1)[^\\\n])+)\1/g

/**
 * The modules that a source text imports by path, as written. Reads wrong syntax as well; finds one too many rather than
 * one too few, as in a comment.
 */
export const pathsImportedBy = (text: string): readonly string[] => namesIn(text).filter(isPath)

/** The other modules that it imports: packages, with what is taken of them, and parts of Node.js. */
export const packagesImportedBy = (text: string): readonly string[] =>
  namesIn(text).filter((name) => !isPath(name))

const isPath = (name: string): boolean => /^(?:\.{1,2}(?:\/|$)|\/)/.test(name)

const namesIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(specifier)].flatMap(([, , name]) => (name === undefined ? [] : [name]))),
]

const extensions = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json']

/** A file with all that it imports by path, and what that imports, absolute. One that is missing is listed all the same. */
export function filesOf(entry: string): readonly string[] {
  const found = new Set<string>()
  const visit = (file: string): void => {
    if (found.has(file)) return
    found.add(file)
    for (const name of pathsImportedBy(textOf(file))) visit(fileCalled(name, dirname(file)))
  }
  visit(entry)
  return [...found]
}

/** Reads the files of a playbook; what is missing is left out. */
export async function readTexts(files: readonly string[]): Promise<PlaybookTexts> {
  const read = files.map(async (file) => [file, await readFile(file, 'utf8').catch(() => undefined)] as const)
  const texts = await Promise.all(read)
  return new Map(texts.flatMap(([file, text]) => (text === undefined ? [] : [[file, text] as const])))
}

export const isSameText = (texts: PlaybookTexts, others: PlaybookTexts): boolean =>
  texts.size === others.size && [...texts].every(([file, text]) => others.get(file) === text)

/** The text of a source file; empty for one that is missing, and for data. */
export function textOf(file: string): string {
  if (extname(file) === '.json') return ''
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // Missing for now: it imports nothing.
    return ''
  }
}

/** The file that is meant, as loaders look for it. */
function fileCalled(name: string, folder: string): string {
  const path = resolve(folder, name)
  const inTypeScript = path.replace(/\.([cm]?)js$/, '.$1ts')
  const candidates = [
    path,
    inTypeScript,
    ...extensions.map((extension) => path + extension),
    ...extensions.map((extension) => resolve(path, `index${extension}`)),
  ]
  return candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile()) ?? path
}
