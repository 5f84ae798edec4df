import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { requireSpace } from '../../src/boxes/space.ts'

describe('space on the disk of the engine', () => {
  it.each([
    ['there is enough', tmpdir(), 1],
    ['the disk is that of another machine', '/no/such/folder', 1e18],
    ['the engine does not say where it is', undefined, 1e18],
  ])('is no reason to refuse when %s', async (_, root, needed) => {
    await expect(requireSpace(root, needed, 'w')).resolves.toBeUndefined()
  })

  it('is told when there is not enough', async () => {
    const refused = requireSpace(tmpdir(), 1e18, 'nodes cannot be made')
    await expect(refused).rejects.toMatchObject({ code: 'engine' })
    await expect(refused).rejects.toThrow(/^nodes cannot be made: only .* free in .*, at least .* needed$/)
  })
})
