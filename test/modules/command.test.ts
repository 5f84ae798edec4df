import { describe, expect, it } from 'vitest'
import { command, secret, text, type CommandOptions } from '../../src/index.ts'
import { app, fine, folderStat, judge, judged, late, factsOf, type HostAnswers } from '../support/judge.ts'

describe('command', () => {
  it.each<[string, CommandOptions, HostAnswers, object]>([
    [
      'need not run, for it was asked',
      { run: ['mkswap', '/swap'], unless: ['swaplabel', '/swap'] },
      { 'command swaplabel /swap': { code: 0, output: '' } },
      fine,
    ],
    [
      'has to run, for it was asked',
      { run: ['mkswap', '/swap'], unless: ['swaplabel', '/swap'] },
      { 'command swaplabel /swap': { code: 1, output: 'no' } },
      {
        ...fine,
        operation: 'update',
        changes: ['unless: exit code 1 → exit code 0'],
        actions: ['run mkswap /swap', 'run swaplabel /swap'],
      },
    ],
    [
      'has to run, for what would be asked is not there',
      { run: ['mkswap', '/swap'], unless: ['swaplabel', '/swap'] },
      { 'command swaplabel /swap': { code: 127, output: '' } },
      {
        ...fine,
        operation: 'update',
        changes: ['unless: exit code 127 → exit code 0'],
        actions: ['run mkswap /swap', 'run swaplabel /swap'],
      },
    ],
    [
      'need not run, for its work is there',
      { run: ['make'], creates: '/opt/tool' },
      { 'stat /opt/tool': folderStat() },
      fine,
    ],
    [
      'has to run, for its work is not there',
      { run: ['make'], creates: '/opt/tool' },
      {},
      {
        ...fine,
        operation: 'update',
        changes: ['creates: none → /opt/tool'],
        actions: ['run make', 'run sh -c [ -e "$1" ] || [ -L "$1" ] sh /opt/tool'],
      },
    ],
  ])('%s', (_, options, answers, expected) => {
    expect(judged(command(app, 'swap', options), answers)).toEqual(expected)
  })

  it('runs with its folder, variables and time, all references looked up', () => {
    const password = secret('s3cret')
    const made = command(app, 'init', {
      run: ['init', text`--host=${app.address}`],
      cwd: '/srv',
      env: { PASSWORD: password, MODE: late('fast') },
      timeout: '90s',
      creates: '/srv/db',
    })
    expect(judge(made, {}, factsOf()).remedy?.actions[0]).toEqual({
      do: 'run',
      argv: ['init', '--host=10.0.0.5'],
      cwd: '/srv',
      env: { PASSWORD: password, MODE: 'fast' },
      timeout: 90_000,
    })
    expect(made.bind(factsOf()).secrets).toEqual([password])
  })

  it.each<[string, CommandOptions, string, CommandOptions['env']]>([
    ['creates', { run: ['true'], creates: '/made' }, 'it succeeded, but /made is not there', {}],
    [
      'unless',
      { run: ['true'], unless: ['false'] },
      'it succeeded, but unless `false` still fails',
      { A: 'b' },
    ],
    [
      'an unless of several words',
      { run: ['true'], unless: ['test', '-e', 'a b'] },
      "it succeeded, but unless `test -e 'a b'` still fails",
      { A: 'b' },
    ],
  ])('asks again after it has run, for it must not run for ever: %s', (_, options, unmet, env) => {
    const made = command(app, 'c', { ...options, cwd: '/srv', timeout: '9s', env: { A: 'b' } })
    expect(judge(made, {}, factsOf()).remedy?.actions).toMatchObject([
      { do: 'run', argv: ['true'] },
      { do: 'run', cwd: '/srv', env, timeout: 9_000, unmet },
    ])
  })

  it('asks in the folder and with the variables with which it would run', () => {
    const password = secret('s3cret')
    const env = { PASSWORD: password, MODE: late('fast') }
    const made = command(app, 'x', { run: ['a'], unless: ['b', 'c d'], cwd: '/srv', env })
    expect(made.bind(factsOf()).probes).toEqual([
      { ask: 'command', argv: ['b', 'c d'], cwd: '/srv', env: { PASSWORD: password, MODE: 'fast' } },
    ])
  })

  it.each<[string, CommandOptions, RegExp]>([
    ['an empty command', { run: [], creates: '/x' }, /run: is empty/],
    ['an empty program', { run: [''], creates: '/x' }, /program is an empty text/],
    ['an empty question', { run: ['a'], unless: [] }, /unless: is empty/],
    ['a relative path', { run: ['a'], creates: 'x' }, /creates: "x" is not an absolute path/],
    ['a relative folder', { run: ['a'], creates: '/x', cwd: '.' }, /cwd: "\."/],
    ['a NUL in an argument', { run: ['a', '\0'], creates: '/x' }, /run\[1\]: .*NUL/],
    [
      'a NUL in a secret, which it does not show',
      { run: ['a'], creates: '/x', env: { A: secret('x\0') } },
      /env\.A: the secret holds a NUL/,
    ],
    ['a variable with "="', { run: ['a'], creates: '/x', env: { 'A=B': '' } }, /"A=B" has a "="/],
  ])('refuses %s', (_, options, problem) => {
    expect(command(app, 'x', options).problem).toMatch(problem)
  })

  it('refuses to run at every run', () => {
    const neither: unknown = { run: ['date'] }
    const isOptions = (value: unknown): value is CommandOptions => value === neither
    if (!isOptions(neither)) throw new Error('unreachable')
    expect(command(app, 'x', neither).problem).toMatch(/needs one of `unless` and `creates`/)
  })

  it('refuses a time that is none, naming itself', () => {
    const wrong: unknown = { run: ['a'], creates: '/x', timeout: 'soon' }
    const isOptions = (value: unknown): value is CommandOptions => value === wrong
    if (!isOptions(wrong)) throw new Error('unreachable')
    expect(() => command(app, 'x', wrong)).toThrow(/app › command x: timeout: "soon" is not a length of time/)
  })
})
