import { join } from 'node:path'
import ts from 'typescript'

const root = join(import.meta.dirname, '../..')

/** What the compiler says of a file of the repository, had it this text: the text of each problem, by its line from 0. */
export function problemsOf(file: string, text: string): (readonly [line: number, problem: string])[] {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root)
  const disk = ts.createCompilerHost(options)
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => path === file || disk.fileExists(path),
    readFile: (path) => (path === file ? text : disk.readFile(path)),
    getSourceFile: (path, target, ...rest) =>
      path === file ? ts.createSourceFile(path, text, target) : disk.getSourceFile(path, target, ...rest),
  }
  const program = ts.createProgram([file], options, host)
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file: at, start = 0, messageText }) => [
      at?.getLineAndCharacterOfPosition(start).line ?? 0,
      ts.flattenDiagnosticMessageText(messageText, '\n'),
    ])
}
