import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bash } from './bash.ts'

const source = 'scripts/lib/setup.sh'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'provision-packages-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** Programs of a machine, each of which first notes how it was called. */
const fake = (programs: Readonly<Record<string, string>>) => {
  writeFileSync(join(folder, 'calls'), '')
  for (const [name, body] of Object.entries(programs)) {
    const file = join(folder, name)
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> '${folder}/calls'\n${body}\n`)
    chmodSync(file, 0o755)
  }
  return { PATH: `${folder}:${process.env['PATH'] ?? ''}` }
}

const withoutOptions = (line: string) => line.replaceAll(/ (-o \S+|--?[a-z-]+)(?= |$)/g, '')
const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n')

test('packages are installed without recommendations and never in place of others', async () => {
  const script = 'as_root() { echo "$@" >&3; }; exec 3>&1; install_packages docker.io iptables'
  const { code, stdout } = await bash({ source, script })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^apt-get update/)
  expect(stdout).toMatch(/apt-get install .*--no-install-recommends --no-remove .*docker\.io iptables\n$/)
})

test('a repository that does not answer is no obstacle', async () => {
  const script = 'as_root() { [[ $2 != update ]]; }; install_packages ed; echo installed'
  expect(await bash({ source, script })).toMatchObject({ code: 0, stdout: 'installed\n' })
})

test('a package that cannot be had: the end of the output, then what to do', async () => {
  const script =
    'as_root() { [[ $2 == update ]] || { seq 30; echo E: no such package; false; }; }; install_packages ed'
  const { code, stderr } = await bash({ source, script })
  expect(code).toBe(1)
  expect(stderr).toContain('29\n30\nE: no such package\nerror: apt-get install ed failed\nhelp: ')
  expect(stderr).not.toContain('\n9\n')
})

describe('an sshd that comes with a package', () => {
  const names = 'ssh.service ssh.socket'
  const install = (programs: Readonly<Record<string, string>>, before = '') =>
    bash({
      source,
      env: fake({ systemctl: '', 'apt-get': '', ...programs }),
      script: `has_init() { true; }; id() { echo 0; }; ${before} install_packages openssh-server; echo installed`,
    })
  /** What was done, without options. */
  const did = () => calls().map(withoutOptions)

  test('is masked meanwhile, and disabled', async () => {
    expect(await install({})).toMatchObject({ code: 0, stdout: 'installed\n' })
    expect(did()).toEqual([
      'apt-get update',
      `systemctl mask ${names}`,
      'apt-get install openssh-server',
      `systemctl unmask ${names}`,
      `systemctl disable ${names}`,
    ])
  })

  test.each([
    ['the installation', { 'apt-get': '[ "$1" = update ] || { echo E: held >&2; exit 100; }' }, 'E: held\n'],
    ['the mask', { systemctl: '[ "$2" != mask ] || { echo no bus >&2; exit 1; }' }, 'no bus\n'],
  ])('is unmasked when %s fails', async (_title, programs, why) => {
    const { code, stdout, stderr } = await install(programs)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`${why}error: apt-get install openssh-server failed\nhelp: `)
    expect(did()).toContain(`systemctl unmask ${names}`)
  })

  test.each(['INT', 'TERM', 'HUP'])(
    'is unmasked when SIG%s comes, which then has its effect',
    async (signal) => {
      // The shell notes its own number for the program that it waits for.
      const programs = { 'apt-get': `[ "$1" = update ] || { kill -s ${signal} "$SHELL_PID"; sleep 0.1; }` }
      const { code, stdout } = await install(
        programs,
        `trap 'echo the end' EXIT; export SHELL_PID=$BASHPID; `,
      )
      // -1: not an exit, but the signal.
      expect({ code, stdout }).toEqual({ code: -1, stdout: 'the end\n' })
      expect(did().slice(-2)).toEqual([`systemctl unmask ${names}`, `systemctl disable ${names}`])
    },
  )

  test('says so when it stays masked', async () => {
    const { code, stderr } = await install({ systemctl: '[ "$2" != unmask ]' })
    expect(code).toBe(1)
    expect(stderr).toContain(`sudo systemctl unmask ${names}`)
  })

  test('other packages mask nothing', async () => {
    await bash({ source, env: fake({ systemctl: '', 'apt-get': '' }), script: 'install_packages ed' })
    expect(calls().filter((line) => line.startsWith('systemctl'))).toEqual([])
  })
})

describe('as root by sudo', () => {
  const asRoot = (env: Readonly<Record<string, string>>) =>
    bash({
      source,
      env: { ...env, ...fake({ sudo: '' }) },
      script: 'id() { echo 1000; }; as_root apt-get update',
    })

  test('variables about a proxy are passed on, by name', async () => {
    await asRoot({ http_proxy: 'http://ann:secret@proxy:3128', NO_PROXY: 'a b', https_proxy: '', LANG: 'C' })
    expect(calls()).toEqual(['sudo --preserve-env=http_proxy,NO_PROXY apt-get update'])
  })
  test('without one, nothing is asked for', async () => {
    await asRoot({ LANG: 'C' })
    expect(calls()).toEqual(['sudo apt-get update'])
  })
})

describe("Docker's client", () => {
  const get = (docker: boolean, known: boolean) =>
    bash({
      source,
      env: fake({ 'apt-get': '', 'apt-cache': `exit ${known ? '0' : '100'}` }),
      script: `id() { echo 0; }; has_command() { [[ $1 != docker ]] || ${String(docker)}; }; get_docker_client`,
    })
  const did = () => calls().map(withoutOptions)

  test('is nothing to do where it is', async () => {
    expect(await get(true, true)).toMatchObject({ code: 0 })
    expect(calls()).toEqual([''])
  })
  test('is a package of its own', async () => {
    expect(await get(false, true)).toMatchObject({ code: 0 })
    expect(did()).toEqual(['apt-get update', 'apt-cache show docker-cli', 'apt-get install docker-cli'])
  })
  test('is said to lack where apt does not know it', async () => {
    const { code, stderr } = await get(false, false)
    expect(code).toBe(0)
    expect(stderr).toContain('apt knows no docker-cli')
    expect(did()).toEqual(['apt-get update', 'apt-cache show docker-cli'])
  })
})

test('another distribution: a clear word instead of an attempt', async () => {
  const { code, stderr } = await bash({
    source,
    script: 'has_command() { false; }; need_installer docker.io iptables',
  })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^error: cannot install docker\.io iptables here.*\nhelp: .*Docker Desktop/)
})

test.each([
  ['nobody to ask', '', '0'],
  ['--yes', 'assume_yes;', '0'],
])('confirm: %s', async (_title, before, expected) => {
  const script = `unset CI; ${before} confirm < /dev/null && echo 0`
  expect((await bash({ source, script })).stdout.trim()).toBe(expected)
})

const awkward = ['plain', 'two words', "it's", '$HOME `id` "x"', 'a\nb', '*', '', 'ünï\\cödé']
test.each(awkward)('a quoted word reaches /bin/sh unchanged: %j', async (word) => {
  const script = `sh -c "printf '<%s>' $(quote "$WORD" next)"`
  expect((await bash({ source, script, env: { WORD: word } })).stdout).toBe(`<${word}><next>`)
})
