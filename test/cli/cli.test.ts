import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../../src/cli/call/table.ts'
import { runCli } from '../support/cli.ts'
import { cli } from '../support/the-cli.ts'
import { plainPlaybook, projectWith, type Project } from '../support/playbook-folder.ts'

let project: Project
let empty: Project

beforeAll(() => {
  empty = projectWith({})
  project = projectWith({
    'package.json': '{ "provision": { "playbook": "shop" } }',
    'playbooks/shop/playbook.ts': plainPlaybook('shop'),
    'playbooks/throws/playbook.ts': "\n\nthrow new Error('on purpose\\nand more')\n",
    'playbooks/slow/playbook.ts':
      "console.error('the playbook runs')\nawait new Promise((done) => setTimeout(done, 60_000))\n",
    'sub/folder/file.txt': '',
  })
})
afterAll(() => {
  project.remove()
  empty.remove()
})

const runIn = (dir: string, ...args: readonly string[]) => runCli(cli, args, { cwd: dir })
const run = (...args: readonly string[]) => runIn(project.dir, ...args)

describe('a call that is wrong', () => {
  it.each([
    ['an unknown command', ['staus'], /no command "staus"\nhelp: did you mean "status"\?/],
    [
      'an unknown command of a group',
      ['box', 'bak'],
      /box: there is no command "bak"\nhelp: did you mean "bake"/,
    ],
    ['a group alone', ['box'], /what to do with it is missing\nhelp: known: bake, list/],
    ['an unknown option', ['plan', '--exit-cod'], /no option --exit-cod\nhelp: did you mean --exit-code\?/],
    [
      'an unknown option alone',
      ['--jsom'],
      /✖ there is no option --jsom\nhelp: did you mean --json\? \(provision help\)/,
    ],
    ['an option before a command, with a value', ['--tail', '5', 'logs'], /there is no option --tail\n/],
    ['an unknown short option', ['logs', '-x'], /no option -x/],
    [
      'an option without its value',
      ['logs', '--tail'],
      /--tail: a value is missing\nhelp: write --tail LINES/,
    ],
    ['a value for a flag', ['status', '--plain=1'], /--plain: takes no value, but got "1"/],
    ['no argument', ['exec'], /exec: CONTAINER is missing/],
    ['an unknown option of help', ['help', 'ssh', '--frob'], /there is no option --frob/],
    ['a word too many for help', ['help', 'ssh', 'web'], /help: "web" is one word too many/],
    ['two playbooks', ['plan', 'shop', '--playbook', 'slow'], /"shop" and --playbook slow are two playbooks/],
    ['two playbooks for a box', ['box', 'bake', 'shop', '--playbook', 'slow'], /are two playbooks/],
    ['no command for ssh', ['ssh', 'web', '--'], /ssh: the command to run is missing/],
    ['an argument too many', ['status', 'shop', 'shop'], /"shop" is one word too many/],
    ['a command without --', ['ssh', 'web', 'uptime'], /"uptime" is one word too many\nhelp: put -- before/],
    ['something after -- where nothing may be', ['status', '--', 'x'], /nothing may follow after --/],
    ['a param without a value', ['plan', '--param', 'a'], /--param a: a value is missing/],
    [
      'a param without a name',
      ['plan', '--param', '=1'],
      /--param =1: a name is missing\nhelp: write --param NAME=1/,
    ],
    [
      'init in a file',
      ['init', '--dir', 'package.json'],
      /package\.json is a file, not a folder\nhelp: name another/,
    ],
    [
      'an environment that cannot be a name',
      ['plan', '--env', 'A b'],
      /"A b" is not a name of an environment/,
    ],
    ['a file of hosts that is not there', ['plan', '--on', 'no.yaml'], /--on no.yaml: there is no such file/],
    ['a playbook that is not there', ['plan', 'shp'], /no playbook "shp" in .*\nhelp: did you mean "shop"\?/],
    ['a path that is not there', ['plan', './x/playbook.ts'], /no playbook at .*x\/playbook.ts/],
    ['no answer to a question', ['destroy'], /Nobody is there to answer\nhelp: add --yes/],
    ['a number of lines that is none', ['logs', '--tail', 'x'], /--tail: "x" is not a number of lines/],
    ['a time that is none', ['logs', '--since', 'x'], /--since: "x" is not a time/],
  ])('%s: exit code 2 and the nearest right word', async (_, args, stderr) => {
    const result = await run(...args)
    expect(result.stderr).toMatch(stderr)
    expect(result.stderr).not.toMatch(/\n\s+at /)
    expect(result.stdout).toBe('')
    expect(result.code).toBe(2)
  })

  it('in a folder without playbooks says how to begin', async () => {
    const { code, stderr } = await runIn(empty.dir, 'plan')
    expect(stderr).toMatch(/there is no playbook here: neither .* has playbooks\/\nhelp: `provision init`/)
    expect(code).toBe(2)
  })
})

describe('help', () => {
  it.each(Object.keys(commands))('of %s tells usage, options and examples', async (name) => {
    const { code, stdout } = await run(...name.split(' '), '--help')
    expect(code).toBe(0)
    expect(stdout).toContain(`usage: provision ${name}`)
    expect(stdout).toContain('examples:')
  })

  it('is the same by option and by command', async () => {
    const [byOption, byCommand] = await Promise.all([run('logs', '--help'), run('help', 'logs')])
    expect(byCommand.stdout).toBe(byOption.stdout)
  })

  it('of a group of commands is the same by option and by command', async () => {
    const [byOption, byShort, byCommand] = await Promise.all([
      run('box', '--help'),
      run('-h', 'box'),
      run('help', 'box'),
    ])
    expect(byOption.stdout).toContain('usage: provision box COMMAND')
    expect(byOption).toEqual(byCommand)
    expect(byShort).toEqual(byCommand)
  })

  it.each([[[]], [['--help']], [['help']]])('of all with %j lists every command', async (args) => {
    const { code, stdout } = await run(...args)
    for (const name of Object.keys(commands)) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'))
    expect(code).toBe(0)
  })

  it('of an unknown command names the nearest', async () => {
    const { code, stderr } = await run('help', 'stats')
    expect(stderr).toContain('did you mean "status"')
    expect(code).toBe(2)
  })

  it('--version is that of the package', async () => {
    expect((await run('--version')).stdout).toMatch(/^provision \d+\.\d+\.\d+\n$/)
  })

  it('--version beside a command does not carry it out', async () => {
    const { code, stdout } = await run('destroy', '--yes', '--version')
    expect(stdout).toMatch(/^provision \d+\.\d+\.\d+\n$/)
    expect(code).toBe(0)
  })
})

describe('--json', () => {
  const last = (stdout: string): unknown => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  const form =
    /^\{"event":"finished","ok":(true|false),"changed":\d+,"unchanged":\d+,"failed":\d+,"durationMs":\d+\}$/

  it.each([
    ['an answer', ['help', '--json'], 0, true],
    ['an unknown command', ['staus', '--json'], 2, false],
    ['an unknown option', ['status', '--json', '--nope'], 2, false],
    ['a playbook that throws', ['plan', 'throws', '--json'], 1, false],
  ])('ends with the promised event after %s, and nothing else is on stdout', async (_, args, code, ok) => {
    const result = await run(...args)
    for (const line of result.stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('event')
    expect(result.stdout.trimEnd().split('\n').at(-1)).toMatch(form)
    expect(last(result.stdout)).toMatchObject({ ok })
    expect(result.code).toBe(code)
    expect(result.stderr).toBe('')
  })

  it('does not end well where the exit code says so, though nothing has failed', async () => {
    const env = { ...process.env, DOCKER_HOST: 'unix:///nowhere.sock' }
    const { code, stdout } = await runCli(cli, ['doctor', '--json'], { cwd: project.dir, env })
    expect(code).toBe(1)
    expect(stdout).not.toContain('"event":"failed"')
    expect(last(stdout)).toMatchObject({ event: 'finished', ok: false })
  })

  it('tells an error with its code and help', async () => {
    const { stdout } = await run('plan', 'shp', '--json')
    const [first = ''] = stdout.split('\n')
    expect(first).toMatch(/^\{"event":"failed","failure":\{"code":"usage",.*"help":"did you mean \\"shop\\"/)
  })
})

describe('the playbook', () => {
  it.each([
    ['the default of package.json, from a folder inside', 'sub/folder', []],
    ['the one of a path to a file', '.', ['playbooks/shop/playbook.ts']],
    ['the one of a path to a folder', 'playbooks', ['./shop']],
    ['the one of --playbook', '.', ['--playbook', 'shop']],
    ['the one of --dir', '/', ['--dir', '$project']],
  ])('is %s', async (_, cwd, args) => {
    const given = args.map((arg) => arg.replace('$project', project.dir))
    const { stderr } = await runIn(
      cwd === '/' ? '/' : `${project.dir}/${cwd}`,
      'plan',
      ...given,
      '--param',
      'x=1',
    )
    // It was found, loaded and evaluated: only the param is unknown to it.
    expect(stderr).toContain('--param x: the playbook has no such param')
  })
})

it('a current folder that is gone is told', async () => {
  const script = 'd=$(mktemp -d) && cd "$d" && rmdir "$d" && exec "$@"'
  const child = spawn('sh', ['-c', script, 'sh', process.execPath, cli.bin, 'status'])
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')])
  expect(stderr).toMatch(/^✖ the current folder cannot be told: ENOENT.*\nhelp: it may be gone: cd to/)
  expect(child.exitCode).toBe(2)
})

it('a reader that leaves early is no error', async () => {
  const child = spawn(process.execPath, [cli.bin, 'help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  child.stdout.destroy()
  await once(child, 'close')
  expect(stderr).toBe('')
  expect(child.exitCode).toBe(0)
})

describe('a signal', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s is answered at once, and the second one ends the process',
    async (name) => {
      const child = spawn(process.execPath, [cli.bin, 'plan', 'slow'], { cwd: project.dir })
      let stderr = ''
      const said = (text: string) =>
        new Promise<void>((resolve) => {
          child.stderr.on('data', () => stderr.includes(text) && resolve())
        })
      child.stderr.on('data', (chunk) => (stderr += String(chunk)))
      const [loading, stopping] = [said('the playbook runs'), said('stopping in good order')]
      await loading
      child.kill(name)
      await stopping
      child.kill(name)
      await once(child, 'close')
      expect(child.exitCode).toBe(130)
    },
  )
})
