import { describe, expect, it } from 'vitest'
import { readAnswer } from '../../../src/transport/lock/answer.ts'
import { matching } from '../../support/matching.ts'

const holder = JSON.stringify({
  command: 'refresh',
  user: 'ann',
  machine: 'desk',
  pid: 7,
  since: '2026-01-02T03:04:05.000Z',
})

describe('what the keeper of a lock says', () => {
  it.each<[string, string, unknown]>([
    ['none', 'none', { says: 'none' }],
    ['lost', 'lost', { says: 'lost' }],
    ['free', 'free', { says: 'free' }],
    ['why not', 'no mkdir: no space left', { says: 'no', why: 'mkdir: no space left' }],
    ['held, and by nobody before', 'held 100.00 never', { says: 'held', quiet: Infinity }],
    ['held, and by somebody a second ago', 'held 100.00 99.00', { says: 'held', quiet: 990 }],
    ['held, after one that was killed', 'held 100.00 unclean', { says: 'held', quiet: 0 }],
    ['held, after a start of the host', 'held 5.00 9000.00', { says: 'held', quiet: 0 }],
    [
      'busy',
      `busy 2 ${holder}`,
      {
        says: 'busy',
        who: matching(/^`provision refresh` of ann@desk \(pid 7\) has been at work here since \d/),
      },
    ],
    [
      'busy, with a silent one',
      `busy 12 ${holder}`,
      { says: 'busy', who: matching(/says nothing now.*20 s/) },
    ],
    [
      'busy, by what cannot be read',
      'busy 0 {',
      { says: 'busy', who: 'another run has been at work on web' },
    ],
    ['what is none of ours', 'Welcome!', undefined],
  ])('%s', (_, line, expected) => {
    expect(readAnswer(line, 'web')).toEqual(expected)
  })
})
