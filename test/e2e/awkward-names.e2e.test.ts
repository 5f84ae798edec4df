import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { said, scratchOnSharedBox, type Scratch } from '../support/scratch.ts'

/** Names and texts that a careless program misreads. What is a folder's separator is left out. */
const odd = [
  ...[
    "it's",
    '"q"',
    '$HOME',
    '`id`',
    '$(touch pwned)',
    'a b',
    ' lead',
    'trail ',
    '-rf',
    '--',
    '*',
    '?',
    '[a]',
  ],
  ...[
    '{a,b}',
    '~',
    '#x',
    ';x',
    '&',
    '|',
    '<x>',
    '!!',
    '%s',
    '\\n',
    'new\nline',
    'cr\rx',
    'tab\tx',
    '\u0001',
    'x:y',
    'x=y',
  ],
  ...['größe', 'e\u0301', '大きさ', '👩‍👧', 'd0', 'x: OK'],
]
const last = `it's "a" $HOME \`x\` *\nü`
let project: Scratch

/** Says in a playbook what these names are. */
const given = `const odd: string[] = ${JSON.stringify(odd)}; const last = ${JSON.stringify(last)};`
const body = `${given}
const texts = Object.fromEntries(odd.map((o, i) => ['V' + i, o]))
const all = tree(a, '/srv/tree ' + last, { from: './odd' })
const one = push(a, artifact('an artifact ' + last.replace('\\n', ' '), {
  run: ['sh', '-c', 'cat "./$1" > "$2"', 'sh', '$HOME', last], cwd: './made', inputs: ['$HOME', '\`id\`'], output: last, }),
  { to: '/srv/pushed/' + last })
const folders = odd.map((o) => directory(a, '/srv/folders/' + o, { mode: 0o700 }))
return [all, one, ...folders,
  ...odd.map((o) => file(a, '/srv/files/' + o, { content: 'is ' + o + '\\r\\n\\u0001' })),
  ...odd.map((o, i) => command(a, 'command ' + o, { run: ['sh', '-c', 'printf %s "$1$V" > "$2"', 'sh', o, '/srv/by-' + i], cwd: '/srv/folders/' + o, creates: '/srv/by-' + i, env: { V: o } }, { needs: () => [folders[i]] })),
  container(a, 'odd', { image: tiny, stopTimeout: '1s', labels: { ...texts, [last]: last }, env: { ...texts, ['V' + last.replace('=', '')]: 'odd name' },
    command: ['sh', '-c', 'printf "%s\\\\0" "$@" > /tmp/args; env -0 > /tmp/env; exec sleep 1000', 'sh', ...odd],
    ready: { command: ['sh', '-c', 'test "$1" = "$V' + odd.indexOf('$HOME') + '" && test -s /tmp/env', 'sh', '$HOME'] },
    mounts: { ['/mnt/tree ' + last]: all, ['/mnt/file ' + last]: one } })]`

beforeAll(async () => {
  project = scratchOnSharedBox('a')
  for (const name of odd) project.write(`playbooks/${project.prefix}/odd/${name}`, `content of ${name}`)
  for (const name of ['$HOME', '`id`'])
    project.write(`playbooks/${project.prefix}/made/${name}`, `content of ${name}`)
  project.write(`playbooks/${project.prefix}/odd/folder ${last}/-`, 'dash')
  project.playbook(body)
  const called = await project.provision(['quickstart', '--json'])
  expect(called.events.filter(({ event }) => event === 'failed')).toEqual([])
  expect(called.events.at(-1)).toMatchObject({ ok: true })
})
afterAll(() => project.remove())

/** Names and contents of what a command finds, without their order. */
const sorted = (text: string): string[] => text.split('\0').slice(0, -1).sort()
const perl = (folder: string, program: string) =>
  project.on(
    'a',
    'perl',
    '-e',
    `chdir shift or die; opendir D, "."; for (grep !/^\\.\\.?$/, readdir D) { ${program} }`,
    folder,
  )
const contents = `next if -d; open F, "<", $_ or die; local $/; print $_, "=", scalar <F>, "\\0"`
const inContainer = (...argv: string[]) => project.on('a', 'docker', 'exec', 'odd', ...argv)

describe('names and texts arrive byte for byte', () => {
  it('as files with their content', async () => {
    expect(sorted(await perl('/srv/files', contents))).toEqual(
      odd.map((o) => `${o}=is ${o}\r\n\u0001`).sort(),
    )
  })

  it('as folders', async () => {
    expect(sorted(await perl('/srv/folders', 'print $_, "\\0"'))).toEqual([...odd].sort())
  })

  it('as files of a tree, which a container sees', async () => {
    const expected = odd.map((o) => `${o}=content of ${o}`).sort()
    expect(sorted(await perl(`/srv/tree ${last}`, contents))).toEqual(expected)
    expect(await project.on('a', 'cat', `/srv/tree ${last}/folder ${last}/-`)).toBe('dash')
    expect(await inContainer('cat', `/mnt/tree ${last}/folder ${last}/-`)).toBe('dash')
  })

  it('as the place of what is pushed, which a container sees', async () => {
    expect(await project.on('a', 'cat', `/srv/pushed/${last}`)).toBe('content of $HOME')
    expect(await inContainer('cat', `/mnt/file ${last}`)).toBe('content of $HOME')
  })

  it('as arguments and variables of commands', async () => {
    const found = await project.on(
      'a',
      'perl',
      '-e',
      `for (0..${odd.length - 1}) { open F, "<", "/srv/by-$_" or die; local $/; print scalar <F>, "\\0" }`,
    )
    expect(found.split('\0').slice(0, -1)).toEqual(odd.map((o) => o + o))
    expect(await project.on('a', 'find', '/', '-xdev', '-name', 'pwned')).toBe('')
  })

  it('as arguments and variables of containers', async () => {
    expect((await inContainer('cat', '/tmp/args')).split('\0').slice(0, -1)).toEqual(odd)
    const env = sorted(await inContainer('cat', '/tmp/env'))
    expect(env).toEqual(expect.arrayContaining(odd.map((o, i) => `V${i}=${o}`)))
    // Shells drop variables with such names, Docker does not.
    const own = await project.on('a', 'docker', 'inspect', '--format', '{{json .Config.Env}}', 'odd')
    expect(JSON.parse(own)).toContain(`V${last.replace('=', '')}=odd name`)
  })

  it('as labels', async () => {
    const labels: unknown = JSON.parse(
      await project.on('a', 'docker', 'inspect', '--format', '{{json .Config.Labels}}', 'odd'),
    )
    expect(labels).toMatchObject({ ...Object.fromEntries(odd.map((o, i) => [`V${i}`, o])), [last]: last })
  })

  it('and are as they should be then', async () => {
    const called = await project.provision(['plan', '--exit-code', '--plain'])
    expect(said(called)).toMatch(/no changes/)
    expect(called.code).toBe(0)
  })

  it('through ssh and exec, with exit codes', async () => {
    const argv = ['printf', '%s\\0', ...odd]
    expect((await project.provision(['ssh', 'a', '--', ...argv])).stdout.split('\0').slice(0, -1)).toEqual(
      odd,
    )
    expect((await project.provision(['exec', 'odd', '--', ...argv])).stdout.split('\0').slice(0, -1)).toEqual(
      odd,
    )
    expect((await project.provision(['ssh', 'a', '--', 'exit 9'])).code).toBe(9)
    expect((await project.provision(['exec', 'odd', '--', 'sh', '-c', 'exit 9'])).code).toBe(9)
  })

  it('one line each, wherever they are shown', async () => {
    project.playbook(`${given} return [directory(a, '/srv/' + last)]`)
    const { stdout } = await project.provision(['plan', '--plain'])
    expect(stdout).toContain(`+ a › directory /srv/${last.replace('\n', '⏎')}\n`)
  })
})

describe('what cannot arrive is refused with its reason', () => {
  it.each([
    [
      'a NUL in an argument',
      `command(a, 'x', { run: ['echo', 'a\\0b'], creates: '/x' })`,
      /run\[1\]: "a\\u0000b" holds a NUL/,
    ],
    [
      'a NUL in a variable',
      `container(a, 'xx', { image: tiny, env: { A: '\\0' } })`,
      /env\.A: "\\u0000" holds a NUL/,
    ],
    ['a NUL in a path', `file(a, '/x\\0', { content: '' })`, /path: "\/x\\u0000" holds a NUL/],
    ['half a character', `file(a, '/x', { content: '\\ud800' })`, /content: is not well-formed Unicode/],
    [
      'a name that is too long',
      `file(a, '/' + 'x'.repeat(300), { content: '' })`,
      /File name too long|is longer than/,
    ],
    [
      'a colon in a mounted path',
      `container(a, 'xx', { image: tiny, mounts: { '/x:y': directory(a, '/srv/x') } })`,
      /"\/x:y" has a ":" in it, which Docker takes/,
    ],
    [
      'a blank in the name of a container',
      `container(a, 'a b', { image: tiny })`,
      /"a b" is not a name that Docker takes/,
    ],
    ['a quote in the name of a volume', `volume(a, "it's")`, /"it's" is not a name that Docker takes/],
    [
      'a line break in an HTTP path',
      `container(a, 'xx', { image: tiny, ports: { http: 80 }, ready: { http: '/\\r\\nX: y', port: 'http' } })`,
      /ready\.http: "\/\\r\\nX: y" is not a path/,
    ],
    [
      'a slash in the name of an artifact',
      `push(a, artifact('a/b', { run: ['true'], inputs: ['*'], output: 'x' }), { to: '/x' })`,
      /"a\/b" cannot be a file name/,
    ],
  ])('%s', async (_, resource, message) => {
    project.playbook(`return [${resource}]`)
    const called = await project.provision(['refresh', '--plain'])
    expect(said(called)).toMatch(message)
    expect(said(called)).not.toMatch(/\n\s+at |bug of provision/)
    expect(called.code).toBe(1)
  })
})
