// Writes playbooks/REFERENCE.md from the code: what playbooks import, and the help of every command.
// With --check it writes nothing, and fails when the file is out of date. Needs `npm run build` before.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Application } from 'typedoc'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'playbooks/REFERENCE.md')

/** The public API as markdown, from the docstrings of what src/index.ts exports. */
async function publicApi() {
  const folder = await mkdtemp(join(tmpdir(), 'provision-reference-'))
  try {
    const app = await Application.bootstrapWithPlugins({
      entryPoints: [join(root, 'src/index.ts')],
      tsconfig: join(root, 'tsconfig.json'),
      plugin: ['typedoc-plugin-markdown'],
      outputs: [{ name: 'markdown', path: folder }],
      logLevel: 'Error',
      readme: 'none',
      disableSources: true,
      // Types are the business of `npm run check:types`.
      skipErrorChecking: true,
      excludeExternals: true,
      excludeInternal: true,
      groupOrder: ['Functions', 'Interfaces', 'Type Aliases', 'Classes'],
      outputFileStrategy: 'modules',
      hidePageHeader: true,
      hidePageTitle: true,
      hideBreadcrumbs: true,
      useHTMLAnchors: false,
      parametersFormat: 'table',
      propertiesFormat: 'table',
      interfacePropertiesFormat: 'table',
      classPropertiesFormat: 'table',
      typeDeclarationFormat: 'table',
      tableColumnSettings: {
        hideInherited: true,
        hideModifiers: true,
        hideOverrides: true,
        hideSources: true,
      },
    })
    const project = await app.convert()
    if (!project) throw new Error('typedoc could not read src/index.ts')
    await app.generateOutputs(project)
    const pages = (await readdir(folder)).filter((name) => name.endsWith('.md'))
    const texts = await Promise.all(pages.sort().map((name) => readFile(join(folder, name), 'utf8')))
    return texts.join('\n').trim()
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The help of the tool itself, and of each of its commands. */
async function commandLine() {
  const overview = await help()
  const list = /^commands:\n((?: {2}.*\n)+)/m.exec(overview)?.[1] ?? ''
  const names = [...list.matchAll(/^ {2}(\S+(?: \S+)?) {2,}/gm)].map(([, name]) => name)
  if (names.length === 0) throw new Error('the help lists no commands')
  const texts = await Promise.all(names.map((name) => help(name)))
  const parts = texts.map((text, i) => `### provision ${names[i]}\n\n${fenced(text)}`)
  return [fenced(overview), ...parts].join('\n\n')
}

const fenced = (text) => `\`\`\`text\n${text}\n\`\`\``

async function help(name = '') {
  const words = name.split(' ').filter(Boolean)
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(root, 'dist/cli/bin.js'),
    'help',
    ...words,
  ])
  return stdout.trimEnd()
}

const text = `# Reference

Written by \`npm run docs\` from the code: edit the docstrings there, not this page.

First what playbooks and boxes import: \`import { … } from 'provision'\`. Then [the command line](#the-command-line).

${(await publicApi()).replace(/^What playbooks and boxes import.*\n/m, '').trim()}

## The command line

${await commandLine()}
`

if (process.argv.includes('--check')) {
  const present = await readFile(target, 'utf8').catch(() => '')
  if (present !== text) {
    console.error('playbooks/REFERENCE.md is out of date: run `npm run docs`')
    process.exitCode = 1
  }
} else await writeFile(target, text)
