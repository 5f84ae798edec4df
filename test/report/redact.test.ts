import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/core/event.ts'
import { redactor } from '../../src/core/secret/redactor.ts'
import { secret, showable } from '../../src/core/secret/index.ts'
import { mapTexts, redactEvent } from '../../src/report/redact.ts'

const redact = redactor([secret('hunter22')])

describe('masking an event', () => {
  it.each<[string, unknown, unknown]>([
    ['a text', 'is hunter22', 'is [secret]'],
    [
      'what is within lists and records',
      { a: [{ b: ['x', 'hunter22'] }] },
      { a: [{ b: ['x', '[secret]'] }] },
    ],
    ['no words of ours', { kind: 'hunter22', name: 'hunter22' }, { kind: 'hunter22', name: '[secret]' }],
    ['no numbers, nothing and dates', [1, null, undefined, true], [1, null, undefined, true]],
  ])('changes %s', (_, before, after) => {
    expect(mapTexts(before, redact)).toEqual(after)
  })

  it('leaves what was given as it was, and shares what holds no secret with it', () => {
    const quiet = { texts: ['nothing', { here: 'either' }], at: new Date(0) }
    const given = { quiet, loud: ['hunter22'] }
    const masked = mapTexts(given, redact)
    expect(masked).toEqual({ quiet, loud: ['[secret]'] })
    expect(masked.quiet).toBe(quiet)
    expect(given.loud).toEqual(['hunter22'])
    expect(mapTexts(quiet, redact)).toBe(quiet)
  })

  it('keeps a key that JavaScript takes for more than a name', () => {
    const given: unknown = JSON.parse('{ "__proto__": "hunter22" }')
    expect(JSON.stringify(mapTexts(given, redact))).toBe('{"__proto__":"[secret]"}')
  })

  it('shows no digest of a secret that differs', () => {
    const [from, to] = [showable(secret('hunter22')), showable(secret('correct horse'))]
    const event: Event = {
      event: 'planned',
      plan: {
        playbook: 'shop',
        environment: 'shop',
        steps: [
          {
            ...{ id: 'a/container/x', host: 'a', kind: 'container', name: 'x', operation: 'recreate' },
            changes: [
              { field: 'env.KEY', from, to },
              { field: 'env.NEW', from: undefined, to },
              { field: 'env.NAME', from: 'secret:santa', to: 'elf' },
            ],
            ...{ needs: [], actions: [], undo: [] },
          },
        ],
      },
    }
    expect(redactEvent(event, redact)).toMatchObject({
      plan: {
        steps: [
          {
            changes: [
              { field: 'env.KEY', from: '[secret]', to: '[secret]' },
              { field: 'env.NEW', from: undefined, to: '[secret]' },
              { field: 'env.NAME', from: 'secret:santa', to: 'elf' },
            ],
          },
        ],
      },
    })
  })

  it('shows nobody the actions of a plan', () => {
    const event: Event = {
      event: 'planned',
      plan: {
        playbook: 'shop',
        environment: 'shop',
        steps: [
          {
            ...{ id: 'a/file/x', host: 'a', kind: 'file', name: 'x', operation: 'create', changes: [] },
            ...{ needs: [], undo: [] },
            actions: [{ do: 'run', argv: ['echo', 'hunter22'], cwd: undefined, env: {}, timeout: 1_000 }],
          },
        ],
      },
    }
    expect(redactEvent(event, redact)).toMatchObject({ plan: { steps: [{ name: 'x', actions: [] }] } })
  })
})
