import { bakeTarget } from '../../box/chosen.ts'
import { defineCommand } from '../../call/command.ts'

export const command = defineCommand({
  summary: 'bake a box with the images of a playbook inside, if its content changed',
  args: [
    {
      name: 'PLAYBOOK|BOX',
      count: 'optional',
      summary: 'whose box; without it that of the default playbook',
    },
  ],
  options: {},
  without: ['env', 'on'],
  examples: [
    ['provision box bake', 'the box of the default playbook'],
    ['provision box bake coreos', 'the box alone, with only its own images'],
  ],
  run: async (context, { args }) => {
    const { emit, signal, wiring } = context
    const target = await bakeTarget(args[0], context)
    const name = target.from === 'playbook' ? target.workspace.playbook.name : target.box.name
    emit({ event: 'started', command: 'box bake', playbook: name, environment: name })
    const box = await wiring.boxes.bake(target, { emit, signal })
    context.answer('box bake', box, () => `${box.name} ${box.digest}`)
    return 0
  },
})
