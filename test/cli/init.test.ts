import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, describe, expect, it } from 'vitest'
import { devDependencies } from '../../src/cli/starter.ts'
import { runCli } from '../support/cli.ts'
import { cli } from '../support/the-cli.ts'
import { projectWith, type Project } from '../support/playbook-folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folders: Project[] = []

afterAll(() => {
  for (const folder of folders) folder.remove()
})

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = projectWith(files)
  folders.push(folder)
  return folder.dir
}
const runIn = (cwd: string, ...args: readonly string[]) => runCli(cli, args, { cwd })
const read = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8')
/** What npm is to find this installation by: its own registry has a stranger's package of our name. */
const installation = (): string => dirname(dirname(dirname(cli.bin)))

describe('init', () => {
  it('makes a folder a project that depends on this very installation, and says what to type next', async () => {
    const dir = join(folderWith({}), 'a shop')
    const { code, stdout } = await runIn(dirname(dir), 'init', '--dir', 'a shop')
    expect(code).toBe(0)
    expect(stdout.slice(stdout.indexOf('next:'))).toBe(
      `next:\n  cd '${dir}'\n  npm install\n  npx --no-install provision quickstart\n`,
    )
    const manifest: unknown = JSON.parse(read(dir, 'package.json'))
    expect(manifest).toMatchObject({ name: 'a-shop', private: true, devDependencies })
    const { provision } = dependenciesOf(manifest)
    expect(provision).toMatch(/^file:\.\.\//)
    expect(join(dir, provision?.replace('file:', '') ?? '')).toBe(installation())
    expect(read(dir, '.gitignore')).toBe('.provision/\nnode_modules/\n')
    expect(existsSync(join(dir, 'boxes/coreos/Dockerfile'))).toBe(true)
  })

  it('writes a playbook that loads, and never writes over anything', async () => {
    const own = { 'package.json': '{ "name": "mine" }', 'tsconfig.json': '{}', '.gitignore': 'mine\n' }
    const dir = folderWith(own)
    const { code, stdout } = await runIn(dir, 'init')
    expect(code).toBe(0)
    expect(stdout).toContain('+ playbooks/app/playbook.ts\n')
    for (const [path, text] of Object.entries(own)) {
      expect(stdout).toContain(`  ${path} is there already and is kept\n`)
      expect(read(dir, path)).toBe(text)
    }
    const { stderr } = await runIn(dir, 'plan', '--param', 'port=x')
    expect(stderr).toContain('param port: "x" is not a whole number')
    const again = await runIn(dir, 'init')
    expect(again.stderr).toMatch(/playbooks is there already/)
    expect(again.code).toBe(2)
  })

  it('leaves it to npm to add to a package.json what is not installed there yet', async () => {
    const types = Object.entries(devDependencies).map(([name, range]) => `'${name}@${range}'`)
    const next = async (dir: string) => {
      const { stdout } = await runIn(dir, 'init')
      return stdout.slice(stdout.indexOf('next:')).split('\n').slice(1, -2)
    }
    const without = folderWith({ 'package.json': '{}' })
    const install: unknown = expect.stringMatching(/^ {2}npm install file:\.\..*\/test-cli-\w+$/)
    expect(await next(without)).toEqual([install, `  npm install --save-dev ${types.join(' ')}`])
    const having = folderWith({ 'package.json': '{}', 'node_modules/x/index.js': '' })
    symlinkSync(installation(), join(having, 'node_modules/provision'))
    expect(await next(having)).toEqual([`  npm install --save-dev ${types.join(' ')}`])
  })

  it('writes a tsconfig.json by which the playbook compiles, and one with a wrong name does not', async () => {
    const dir = folderWith({ 'package.json': '{}' })
    await runIn(dir, 'init')
    const text = read(dir, 'playbooks/app/playbook.ts')
    mkdirSync(join(dir, 'playbooks/wrong'))
    writeFileSync(join(dir, 'playbooks/wrong/playbook.ts'), text.replace("port: 'http'", "port: 'htp'"))
    expect(problemsIn(dir)).toEqual([
      [`wrong/playbook.ts`, `Type '"htp"' is not assignable to type '"http"'.`],
    ])
  })

  it('asks for the compiler and the types that we use ourselves', () => {
    expect(JSON.parse(read(root, 'package.json'))).toMatchObject({ devDependencies })
  })
})

it('a packed file has the command, the types and the box, and none of our sources', () => {
  const made = ['dist/cli/bin.js', 'dist/index.js', 'dist/index.d.ts']
  const dir = folderWith({ 'src/x.ts': '', 'test/x.ts': '', '.gitignore': 'dist/\n' })
  for (const path of ['package.json', 'boxes']) cpSync(join(root, path), join(dir, path), { recursive: true })
  for (const path of made) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), '')
  }
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent'], { cwd: dir })
  const [file] = readdirSync(dir).filter((name) => name.endsWith('.tgz'))
  const packed = execFileSync('tar', ['tzf', file ?? ''], { cwd: dir, encoding: 'utf8' }).split('\n')
  const wanted = [
    'package.json',
    'boxes/coreos/box.ts',
    'boxes/coreos/rootfs/usr/lib/provision/init',
    ...made,
  ]
  expect(packed).toEqual(expect.arrayContaining(wanted.map((path) => `package/${path}`)))
  expect(packed.filter((path) => path.endsWith('x.ts') && !path.endsWith('box.ts'))).toEqual([])
})

function dependenciesOf(manifest: unknown): Readonly<Record<string, string>> {
  const found =
    typeof manifest === 'object' && manifest !== null && 'dependencies' in manifest
      ? manifest.dependencies
      : undefined
  return Object.fromEntries(Object.entries(found ?? {}).map(([name, spec]) => [name, String(spec)]))
}

/** What the compiler says of a project, by file, with our sources in the place of what npm would install. */
function problemsIn(dir: string): (readonly [file: string, text: string])[] {
  const config: unknown = ts.readConfigFile(join(dir, 'tsconfig.json'), (path) =>
    ts.sys.readFile(path),
  ).config
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, dir)
  expect(fileNames).toHaveLength(3)
  const installed = {
    paths: { provision: [join(root, 'src/index.ts')] },
    typeRoots: [join(root, 'node_modules/@types')],
  }
  return ts
    .getPreEmitDiagnostics(ts.createProgram(fileNames, { ...options, ...installed }))
    .map(({ file, messageText }) => [
      relative(join(dir, 'playbooks'), file?.fileName ?? ''),
      ts.flattenDiagnosticMessageText(messageText, '\n'),
    ])
}
