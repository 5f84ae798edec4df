import { expect, test } from 'vitest'
import { bash } from './bash.ts'

const source = 'scripts/lib/setup.sh'

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
