import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'

/** One file of the repository with what it imports. */
export interface SourceFile {
  /** Relative to the repository, with `/`. */
  readonly path: string
  readonly text: string
}

export interface Import {
  /** As written, or for a relative one the path in the repository. */
  readonly target: string
  readonly typeOnly: boolean
  /** Whether it is only loaded when a call is reached. */
  readonly isCall: boolean
}

const skipped = new Set(['node_modules', 'dist', '.provision', '.git'])

/** All files below folders whose name ends with one of these. */
export function filesBelow(root: string, folders: readonly string[], ends: readonly string[]): SourceFile[] {
  const walk = (dir: string): string[] =>
    readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
      const path = join(dir, entry.name)
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : walk(path)
      return ends.some((end) => entry.name.endsWith(end)) ? [path] : []
    })
  return folders
    .flatMap((folder) => walk(join(root, folder)))
    .map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') }))
}

/** The static and dynamic imports and re-exports of a TypeScript file. */
export function importsOf({ path, text }: SourceFile): Import[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest)
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean, isCall = false) => {
    if (!specifier || !ts.isStringLiteral(specifier)) return
    const { text: name } = specifier
    found.push({ target: name.startsWith('.') ? join(dirname(path), name) : name, typeOnly, isCall })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword)
    } else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false, true)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}
