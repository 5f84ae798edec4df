import { resolve } from 'node:path'
import { showBytes } from '../../../core/text/bytes.ts'
import { boxCalled } from '../../box/chosen.ts'
import { defineCommand } from '../../call/command.ts'
import { placeNames } from '../../call/globals.ts'

export const command = defineCommand({
  summary: 'write a baked box into a file that carries its checksum',
  args: [
    { name: 'FILE', count: 'one', summary: 'the file to write' },
    {
      name: 'BOX',
      count: 'optional',
      summary: 'a name or the start of a digest; may be left out when there is only one',
    },
  ],
  options: {},
  without: placeNames,
  examples: [['provision box export coreos.box', 'to be imported on another machine']],
  run: async (context, { args }) => {
    const { emit, signal, wiring } = context
    const [path = '', word] = args
    const file = resolve(context.cwd, path)
    const box = boxCalled(word, await wiring.boxes.list({ emit, signal }))
    emit({ event: 'started', command: 'box export', playbook: box.name, environment: box.name })
    const { bytes } = await wiring.boxes.export(box.digest, file, { emit, signal })
    context.answer('box export', { file, bytes, digest: box.digest }, () => `${file} (${showBytes(bytes)})`)
    return 0
  },
})
