import { showBytes } from '../../../core/text/bytes.ts'
import { defineCommand } from '../../call/command.ts'
import { placeNames } from '../../call/globals.ts'

export const command = defineCommand({
  summary: 'remove boxes that no node was made from, except the newest of each name',
  args: [],
  options: {},
  without: placeNames,
  examples: [['provision box prune --yes', 'without asking']],
  run: async (context) => {
    const { emit, signal, wiring } = context
    if (
      !(await context.confirm('Remove all boxes that no node was made from, except the newest of each name?'))
    ) {
      emit({ event: 'note', level: 'info', text: 'nothing was removed' })
      return 1
    }
    const pruned = await wiring.boxes.prune({ emit, signal })
    context.answer('box prune', pruned, ({ style }) =>
      [
        ...pruned.removed.map((name) => style.red(`- ${name}`)),
        `${pruned.removed.length} removed, ${showBytes(pruned.bytes)} freed`,
      ].join('\n'),
    )
    return 0
  },
})
