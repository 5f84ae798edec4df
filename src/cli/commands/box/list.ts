import { showBytes } from '../../../core/text/bytes.ts'
import { short } from '../../../core/digest.ts'
import { table } from '../../../report/table.ts'
import { defineCommand } from '../../call/command.ts'
import { placeNames } from '../../call/globals.ts'
import type { Look } from '../../../report/look.ts'
import type { BoxEntry } from '../../wiring.ts'

export const command = defineCommand({
  summary: 'the baked boxes on this machine',
  args: [],
  options: {},
  without: placeNames,
  examples: [['provision box list', 'names, digests, sizes, and what was made from them']],
  run: async ({ emit, signal, wiring, answer }) => {
    const boxes = await wiring.boxes.list({ emit, signal })
    answer('box list', boxes, (look) => boxesText(boxes, look))
    return 0
  },
})

function boxesText(boxes: readonly BoxEntry[], { style, columns }: Look): string {
  if (boxes.length === 0) return 'no box is baked yet: provision box bake'
  const rows = boxes.map(({ name, digest, images, bakedAt, size, usedBy }) => [
    ...[name, short(digest), bakedAt.slice(0, 16).replace('T', ' '), String(images.length), showBytes(size)],
    usedBy.join(', '),
  ])
  return table(['box', 'digest', 'baked (UTC)', 'images', 'size', 'used by'].map(style.dim), rows, columns)
}
