import { showBytes } from '../../../core/text/bytes.ts'
import { boxCalled } from '../../box/chosen.ts'
import { defineCommand } from '../../call/command.ts'
import { placeNames } from '../../call/globals.ts'
import type { BoxEntry } from '../../wiring.ts'

export const command = defineCommand({
  summary: 'all about one baked box',
  args: [{ name: 'BOX', count: 'optional', summary: 'a name or the start of a digest' }],
  options: {},
  without: placeNames,
  examples: [['provision box inspect coreos', 'its digest, images, size and nodes']],
  run: async ({ emit, signal, wiring, answer }, { args }) => {
    const box = boxCalled(args[0], await wiring.boxes.list({ emit, signal }))
    answer('box inspect', box, () => boxText(box))
    return 0
  },
})

const boxText = ({ name, digest, images, bakedAt, size, usedBy }: BoxEntry): string =>
  [
    `box      ${name}`,
    `digest   ${digest}`,
    `baked    ${bakedAt}`,
    `size     ${showBytes(size)}`,
    `images   ${images.join('\n         ') || 'none'}`,
    `used by  ${usedBy.join(', ') || 'nothing'}`,
  ].join('\n')
