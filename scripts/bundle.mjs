// Bundles the command line with all that it loads into dist/cli, or DIR/cli: `node scripts/bundle.mjs [DIR]`. Some hundred
// small files of packages, and gRPC for what nobody calls, took longer to load than the work of a run. The files are CommonJS,
// because only of that Node.js 20 can keep what it has compiled (src/cli/boot).
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(process.argv[2] ?? join(root, 'dist'), 'cli')

/** What dockerode loads only for BuildKit's sessions stays where it is until it is called. */
const dockerode = {
  name: 'dockerode',
  resolveId(id, importer = '') {
    if (!importer.includes('/node_modules/dockerode/')) return undefined
    if (id === './session') return '\0dockerode-session'
    return id === './buildkit' ? { id: 'dockerode/lib/buildkit.js', external: true } : undefined
  },
  load: (id) =>
    id === '\0dockerode-session'
      ? 'module.exports = (...args) => require("dockerode/lib/session.js")(...args)'
      : undefined,
}

/** A piece of a package's file that is to read otherwise; one that is not there any more is an error. */
const reading = (name, file, piece, otherwise) => ({
  name,
  transform(code, id) {
    if (!id.endsWith(`/node_modules/${file}`)) return undefined
    if (!code.includes(piece)) throw new Error(`${file} has no longer: ${piece}`)
    return code.replace(piece, otherwise)
  },
})

/** The compiler of TypeScript, which is loaded for playbooks that have changed, stays in its package. */
const jiti = reading(
  'jiti',
  'jiti/lib/jiti.mjs',
  'createRequire(import.meta.url)(',
  'createRequire(createRequire(import.meta.url).resolve("jiti"))(',
)

/** Code that is not compiled by Node.js itself has no `import()`: who loads it gives it another one. */
const imports = reading('imports', 'jiti/lib/jiti.mjs', '(id) => import(id)', '(id) => importModule(id)')

/** It loads all of picomatch for patterns of its own, which tinyglobby never gives it. */
const fdir = reading('fdir', 'fdir/dist/index.mjs', 'pm = __require("picomatch");', '')

/** For its log, which nobody reads, it describes each request, and with it the signal that ends it. */
const modem = reading(
  'docker-modem',
  'docker-modem/lib/modem.js',
  `debug('Sending: %s', util.inspect(options, {
    showHidden: true,
    depth: null
  }));`,
  '',
)

/** Native parts stay in their package; both do without them. */
const native = {
  name: 'native',
  resolveId: (id) =>
    id.endsWith('/sshcrypto.node')
      ? { id: 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node', external: true }
      : undefined,
}

const bundle = await rolldown({
  cwd: root,
  input: ['src/cli/bin.ts', 'src/cli/start.ts'],
  platform: 'node',
  external: ['cpu-features', 'dockerode/lib/session.js'],
  plugins: [dockerode, jiti, imports, fdir, modem, native],
  transform: { target: 'node20' },
  onLog(_, { code, message }) {
    if (code === 'UNRESOLVED_IMPORT') throw new Error(message)
  },
})
const { output } = await bundle.generate({
  format: 'cjs',
  chunkFileNames: '[name]-[hash].js',
  // What every command loads, with what that needs, as one file: some seventy small ones took 12 ms more to load.
  codeSplitting: { groups: [{ name: 'cli', test: /\/src\/cli\/(start|main|wire|commands\/[^/]+)\.ts$/ }] },
})
await bundle.close()
await rm(target, { recursive: true, force: true })
for (const file of output) {
  const path = join(target, file.fileName)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, file.type === 'chunk' ? file.code : file.source)
}
await writeFile(join(target, 'package.json'), '{ "type": "commonjs" }\n')
await chmod(join(target, 'bin.js'), 0o755)
