import { onAbort } from '../../core/async/abort.ts'
import { playbookArgument } from '../run/carry.ts'
import { defineCommand } from '../call/command.ts'
import { controlC, controlD, listenToKeys } from '../keys.ts'
import type { Watching } from '../watch/index.ts'

export const command = defineCommand({
  summary: 'refresh whenever a file is saved, on connections that stay open',
  about:
    'Watches what the playbook declares: inputs of artifacts, build contexts, folders and files, and the playbook itself with what it ' +
    "imports. A file that it reads by itself counts where it is named so: `new URL('./values.yaml', import.meta.url)`. " +
    'A burst of saves is one run, and what is saved during a run makes another one. What fails is shown, and the watch goes on. ' +
    'Keys: r refreshes, l shows or hides what containers say, q quits.',
  args: [playbookArgument],
  options: {},
  examples: [
    ['provision watch', 'the default playbook'],
    ['provision watch --json', 'for other programs: the events of each run, and `watching` in between'],
  ],
  run: async (context, { args }) => {
    const workspace = await context.workspace(args[0])
    const warm = await context.wiring.keepWarm()
    // Loaded here: the list of all commands asks each for its summary.
    const { startWatching } = await import('../watch/index.ts')
    const watching = startWatching(context, args[0], workspace, warm)
    const stopKeys = listenToKeys(context.stdin, (key) => press(key, watching))
    if (context.stdin.isTTY) {
      context.emit({ event: 'note', level: 'info', text: 'keys: r refresh · l logs · q quit' })
    }
    for (const signal of [context.signal, context.stdout.gone]) {
      onAbort(signal, watching.quit)
    }
    try {
      await watching.ended
    } finally {
      stopKeys()
      await warm.close()
    }
    return 0
  },
})

function press(key: string, { ask, quit, toggleLogs }: Watching): void {
  if (key === 'r') ask()
  else if (key === 'l') toggleLogs()
  else if (key === 'q' || key === controlD) quit()
  // As the terminal itself would, did it not give keys one by one.
  else if (key === controlC) process.kill(process.pid, 'SIGINT')
}
