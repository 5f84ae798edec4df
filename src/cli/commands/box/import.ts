import { resolve } from 'node:path'
import { defineCommand } from '../../call/command.ts'
import { placeNames } from '../../call/globals.ts'

export const command = defineCommand({
  summary: 'take in a box that was exported, once its checksum is verified',
  args: [{ name: 'FILE', count: 'one', summary: 'a file written by `provision box export`' }],
  options: {},
  without: placeNames,
  examples: [['provision box import coreos.box', 'quickstart then needs no bake']],
  run: async (context, { args }) => {
    const { emit, signal, wiring } = context
    const file = resolve(context.cwd, args[0] ?? '')
    emit({ event: 'started', command: 'box import', playbook: file, environment: file })
    const box = await wiring.boxes.import(file, { emit, signal })
    context.answer('box import', box, () => `${box.name} ${box.digest}`)
    return 0
  },
})
