import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { secret } from '../../../src/core/secret/index.ts'
import type { Connection } from '../../../src/transport/ssh/connection.ts'
import type { RunAction } from '../../../src/transport/commands/script.ts'
import { runCommands } from '../../../src/transport/commands/index.ts'
import { shellConnection } from '../../support/shell-connection.ts'
import { shells } from '../../support/shells.ts'
import { ownCommand } from '../../../src/core/text/own-command.ts'

const command = (argv: readonly string[], more: Partial<RunAction> = {}): RunAction => ({
  do: 'run',
  argv,
  cwd: undefined,
  env: {},
  timeout: 60_000,
  ...more,
})
const sh = (script: string, more: Partial<RunAction> = {}): RunAction => command(['sh', '-c', script], more)
const never = new AbortController().signal

let folder = ''
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'provision-commands-'))))
afterAll(() => rm(folder, { recursive: true }))

/** Some hosts have no `timeout`. */
const tools = shells.flatMap((shell) => [
  { ...shell, without: '' },
  { ...shell, title: `${shell.title} without timeout`, without: 'timeout() { return 127; }\n' },
])

describe.each(tools)('under $title', ({ without, ...shell }) => {
  const plain = shellConnection(shell)
  const connection: Connection = {
    ...plain,
    script: (text, options) => plain.script(`${without}${text}`, options),
  }
  const run = async (runs: readonly RunAction[]) => {
    const lines: string[] = []
    const outcomes = await runCommands(connection, runs, never, { line: (line) => lines.push(line) })
    return { lines, outcomes }
  }
  const message = async (one: RunAction) => {
    const [outcome] = (await run([one])).outcomes
    return outcome?.ok === false ? outcome.error : undefined
  }

  it('one that fails can be tried by hand with the rights that it had', async () => {
    const helpAs = async (login: Connection['login']) => {
      const [outcome] = await runCommands({ ...connection, login }, [sh('exit 3')], never)
      return outcome?.ok === false ? outcome.error.help : undefined
    }
    const tried = (rights: string) => `try it by hand: ${ownCommand('ssh', 'box')} -- ${rights}sh -c 'exit 3'`
    expect(await helpAs({ user: 'ann', become: true })).toBe(tried('sudo -n -H '))
    expect(await helpAs({ user: 'ann', become: false })).toBe(tried(''))
    expect(await helpAs({ user: 'root', become: true })).toBe(tried(''))
  })

  it.each<[string, string, Partial<RunAction>, object, boolean]>([
    ['it need not', 'exit 0', {}, { ok: true, needless: true }, false],
    ['it has to', 'exit 1', {}, { ok: true, output: 'ran' }, true],
    ['what it asks is not there', 'exit 127', {}, { ok: true, output: 'ran' }, true],
    ['what it asks takes too long', 'sleep 9', { timeout: 1_000 }, { ok: true, output: 'ran' }, true],
    [
      'its folder is missing',
      'exit 0',
      { cwd: '/no/such/folder' },
      {
        ok: false,
        error: { reason: 'not run: there is no folder /no/such/folder' },
      },
      false,
    ],
  ])('asks first, and shows nothing of that: %s', async (title, question, more, expected, hasRun) => {
    const at = join(folder, `${shell.title} ${without === '' ? '' : 'without '}${title}`)
    const unless = ['sh', '-c', `echo asked; ${question}`]
    const asking = command(['sh', '-c', 'echo ran; echo >"$1"', 'sh', at], { unless, ...more })
    const { outcomes, lines } = await run([asking, sh('exit 0')])
    expect(outcomes).toMatchObject([expected, { ok: true }])
    expect(outcomes.map((outcome) => 'needless' in outcome)).toEqual(['needless' in expected, false])
    expect(lines).toEqual(hasRun ? ['ran'] : [])
    expect(existsSync(at)).toBe(hasRun)
  })

  it('runs one after the other, and one that fails does not stop those after it', async () => {
    const { outcomes, lines } = await run([
      sh('echo one; echo two >&2'),
      sh('echo three; printf four; exit 3'),
      sh('cat; echo "[$1]"; echo; echo', {}),
      command(['true']),
    ])
    expect(outcomes).toMatchObject([
      { ok: true, output: 'one\ntwo' },
      { ok: false, error: { code: 'action', output: 'three\nfour' } },
      { ok: true, output: '[]\n\n' },
      { ok: true },
    ])
    expect(lines).toEqual(['one', 'two', 'three', 'four', '[]', '', ''])
  })

  it.each<[string, RunAction, string]>([
    ['an exit code', sh('exit 9'), "box › sh -c 'exit 9': exit code 9"],
    ['what is missing', command(['no such']), "box › 'no such': there is no such command (exit code 127)"],
    [
      'what cannot be executed',
      command(['/etc/passwd']),
      'box › /etc/passwd: it may not be executed (exit code 126)',
    ],
    ['no words', command([]), 'a command without any words cannot be run'],
    [
      'a name that is none',
      command(['true'], { env: { 'a-b': 'x' } }),
      'box › true: "a-b" cannot be the name of an environment variable',
    ],
  ])('tells of %s', async (_, one, expected) => {
    expect((await message(one))?.message).toBe(expected)
  })

  it('does not run where its folder is missing', async () => {
    const error = await message(command(['touch', `${folder}/ran`], { cwd: `${folder}/no folder` }))
    expect(error?.message).toBe(`box › touch ${folder}/ran: not run: there is no folder ${folder}/no folder`)
    expect(await readdir(folder)).not.toContain('ran')
  })

  it('passes words, folders and variables byte for byte', async () => {
    const hostile = `it's "$HOME" \`id\` \\ * \n ü\t!`
    const argv = ['sh', '-c', 'printf "%s|" "$@" "$VALUE"; pwd', 'sh', hostile, '', '-n']
    const { outcomes } = await run([command(argv, { cwd: folder, env: { VALUE: hostile } })])
    expect(outcomes).toMatchObject([{ ok: true, output: `${hostile}||-n|${hostile}|${folder}` }])
  })

  it('variables of one are not those of the next', async () => {
    const { outcomes } = await run([sh('echo $A', { env: { A: '1' } }), sh('echo "<$A>"')])
    expect(outcomes).toMatchObject([{ output: '1' }, { output: '<>' }])
  })

  it('no variable of a command is one of those that run it, and none of those is seen by it', async () => {
    const env = { t: 'one', p: 'two', i: 'three', w: 'four', m: 'five', PATH: '/opt/nothing' }
    const { outcomes } = await run([command(['/bin/sh', '-c', 'echo "$t $p $i $w $m $PATH"'], { env })])
    expect(outcomes).toEqual([{ ok: true, output: 'one two three four five /opt/nothing' }])
  })

  it('looks for a command where its own variables say', async () => {
    await writeFile(join(folder, 'own-command'), '#!/bin/sh\necho found', { mode: 0o755 })
    const { outcomes } = await run([
      command(['own-command'], { env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` } }),
    ])
    expect(outcomes).toEqual([{ ok: true, output: 'found' }])
  })

  it('shows no secret', async () => {
    const env = { PASSWORD: secret('pass "word"') }
    const { outcomes, lines } = await run([sh('echo "got $PASSWORD"; exit 1', { env })])
    expect(lines).toEqual(['got [secret]'])
    expect(outcomes).toMatchObject([{ error: { output: 'got [secret]' } }])
  })

  it('ends what takes too long, and goes on', async () => {
    const file = `${folder}/${shell.title}.sh`
    await writeFile(file, 'echo begun\nexec sleep 60\n')
    const { outcomes } = await run([command(['sh', file], { timeout: 1_000 }), sh('echo next')])
    expect(outcomes).toMatchObject([
      {
        ok: false,
        error: {
          message: `box › ${shell.title.includes(' ') ? `sh '${file}'` : `sh ${file}`}: not done after 1.0 s, so it was ended`,
          output: 'begun',
        },
      },
      { ok: true, output: 'next' },
    ])
  })

  it('shows the end of much output', async () => {
    const error = await message(sh('i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo line $i; done; exit 1'))
    expect(error?.output?.split('\n')).toHaveLength(20)
    expect(error?.output).toMatch(/line 500$/)
  })
})
