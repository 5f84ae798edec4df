import { describe, expect, it } from 'vitest'
import { notesIn } from '../../src/boxes/node.ts'

describe('what a node says to people', () => {
  it('is told from what its daemons say', () => {
    const log = [
      'time="…" level=warning',
      'node: the box was made by another engine: copying its images',
      'anode: no',
    ]
    expect(notesIn(log)).toEqual(['the box was made by another engine: copying its images'])
  })
})
