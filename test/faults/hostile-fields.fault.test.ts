import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Action } from '../../src/core/action.ts'
import { canonicalJson, digestOf } from '../../src/core/digest.ts'
import { isProvisionError, type ProvisionError } from '../../src/core/error.ts'
import { graphOf } from '../../src/core/graph/index.ts'
import type { Resource } from '../../src/core/resource.ts'
import { isSecret, reveal } from '../../src/core/secret/index.ts'
import { failureText } from '../../src/report/failure.ts'
import { styleFor } from '../../src/report/style.ts'
import { runCommands } from '../../src/transport/commands/index.ts'
import { performFiles } from '../../src/transport/files/index.ts'
import { effort, tally } from '../support/faults.ts'
import { hostileSample } from '../support/hostile.ts'
import { factsOf, judge } from '../support/judge.ts'
import { builtImageOf } from '../support/made.ts'
import { shellConnection } from '../support/shell-connection.ts'
import { shells, type Shell } from '../support/shells.ts'
import { fields, type Field } from '../support/string-fields.ts'
import { bulkOver } from '../support/transport.ts'

const { seed, points } = effort()
const texts = hostileSample(seed, points(20, 3_000))
const { signal } = new AbortController()
const facts = factsOf(
  [],
  ['tiny', 'own'].map((ref) => builtImageOf(`${ref}:latest`, '1')),
)
const rows = Object.entries(fields).flatMap(([kind, places]) =>
  Object.entries(places).map(([place, field]): [string, Field] => [`${kind} ${place}`, field]),
)
let tried = 0
let refused = 0

/** What becomes of a text: the actions that carry it, or why it is refused. */
function take({ declare }: Field, text: string): readonly Action[] | ProvisionError {
  tried += 1
  try {
    const resource = declare(text)
    if (!resource) return []
    graphOf([resource], ['app'])
    return isBound(resource) ? (judge(resource, {}, facts).remedy?.actions ?? []) : []
  } catch (error) {
    if (!isProvisionError(error))
      throw new Error(`${JSON.stringify(text)} is no clear error`, { cause: error })
    refused += 1
    return error
  }
}

/** What is built here first has no actions before. */
const isBound = ({ kind, builds }: Resource): boolean => kind === 'container' || builds.length === 0

const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value]
  if (isSecret(value)) return [reveal(value)]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)])
}

const actionsOf = (field: Field) =>
  texts.flatMap((text) => {
    const taken = take(field, text)
    return isProvisionError(taken) ? [] : [{ text, actions: taken }]
  })

describe('a hostile text', () => {
  it.each(rows)('in %s is taken as it is or refused clearly', (_, field) => {
    const style = styleFor({ isTTY: true }, {})
    const odd = new RegExp(
      '[\\u0000-\\u0009\\u000b-\\u001a\\u001c-\\u001f\\u007f-\\u009f]|\\u001b(?!\\[[0-9;]*m)',
    )
    for (const text of texts) {
      const taken = take(field, text)
      if (isProvisionError(taken)) {
        expect(['playbook', 'usage']).toContain(taken.code)
        const { code, message, help } = taken
        // Whatever it holds, a terminal is not told to do anything.
        expect(failureText({ code, message, help }, style)).not.toMatch(odd)
        continue
      }
      if (field.way === 'name') expect(text).toMatch(/^[\w.:/@$-]*$/)
      if (field.way === 'json' && taken.length > 0) {
        const sent: unknown = JSON.parse(JSON.stringify(taken))
        expect(textsIn(sent).some((one) => one.includes(text))).toBe(true)
        expect(canonicalJson(sent)).toBe(canonicalJson(JSON.parse(JSON.stringify(taken))))
      }
    }
  })
})

/** In a sample those that differ most. */
const chosen = shells.filter(({ title }) => points(0, 1) > 0 || title === 'dash' || title === 'busybox')

describe.each(chosen)('under $title a hostile text arrives byte for byte', (shell: Shell) => {
  const connection = shellConnection(shell)
  let root: string
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'provision-hostile-'))
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  const routes = { connection, openBulk: bulkOver(connection), user: userInfo().username }

  it.each(rows.filter(([, { way }]) => way === 'word'))('as %s', async (_, field) => {
    const taken = actionsOf(field)
    const runs = taken.flatMap(({ actions }) =>
      actions.flatMap((action) => (action.do === 'run' && action.unmet === undefined ? [action] : [])),
    )
    expect(runs).toHaveLength(taken.length)
    // What it prints is compared by its bytes, which a shell of the host writes to files.
    const printed = runs.map((run, i) => ({
      ...run,
      argv: ['sh', '-c', 'exec > "$0" "$@"', join(root, String(i)), ...run.argv].map((word, at) =>
        at === 2 ? 'f=$0; exec "$@" > "$f"' : word,
      ),
    }))
    const outcomes = await runCommands(connection, printed, signal, {})
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([])
    taken.forEach(({ text }, i) => expect(readFileSync(join(root, String(i)), 'utf8')).toBe(text))
  })

  it.each(rows.filter(([, { way }]) => way === 'path'))('as %s', async (name, field) => {
    const taken = actionsOf(field)
    const place = join(root, name)
    const written = taken.flatMap(({ actions }, i) =>
      actions.flatMap((action) =>
        action.do === 'write' || action.do === 'directory'
          ? [{ ...action, path: `${place}/${i}${action.path}` }]
          : [],
      ),
    )
    const outcomes = await performFiles(routes, written, signal)
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([])
    taken.forEach(({ actions: [action] }, i) => {
      if (action?.do === 'directory') expect(statSync(`${place}/${i}${action.path}`).isDirectory()).toBe(true)
      if (action?.do !== 'write') return
      expect(digestOf(readFileSync(`${place}/${i}${action.path}`))).toBe(action.digest)
    })
    // Nothing else came to be, and nothing elsewhere.
    expect(readdirSync(place)).toHaveLength(taken.length)
    expect(readdirSync(root).filter((one) => one.includes('pwned'))).toEqual([])
  })
})

afterAll(() => {
  tally('hostile texts tried in fields of playbooks', tried)
  tally('of them refused', refused)
  tally('fields that take texts', rows.length)
})
