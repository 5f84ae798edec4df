import type { Style } from '../../report/style.ts'
import { cleanLine, displayWidth, padEnd } from '../../report/width.ts'
import { defineCommand } from '../call/command.ts'
import type { Check } from '../check.ts'
import type { Look } from '../../report/look.ts'

export const command = defineCommand({
  summary: 'check this machine: engine, kernel, disk, ports, subnet',
  about: 'Says the cure of each thing that is not as it should be.',
  args: [],
  options: {},
  examples: [['provision doctor', 'exit code 1 when something stands in the way']],
  run: async (context) => {
    const { emit, signal, env, commandLine, workspace, wiring } = context
    const options = { emit, signal, env, commandLine }
    const checks = await wiring.examine({ ...options, workspace: () => workspace() })
    context.answer('doctor', checks, (look) => checksText(checks, look))
    return checks.some(({ state }) => state === 'bad') ? 1 : 0
  },
})

/** A line for each check, with its cure below where it needs one. */
function checksText(checks: readonly Check[], { style }: Look): string {
  const width = Math.max(0, ...checks.map(({ name }) => displayWidth(name)))
  return checks
    .flatMap(({ name, state, found, cure }) => [
      `${signOf(state, style)} ${padEnd(name, width)}  ${cleanLine(found)}`,
      ...(cure === undefined || state === 'good' ? [] : [`  ${style.cyan('help:')} ${cure}`]),
    ])
    .join('\n')
}

function signOf(state: Check['state'], style: Style): string {
  switch (state) {
    case 'good':
      return style.green('✔')
    case 'doubtful':
      return style.yellow('!')
    case 'bad':
      return style.red('✖')
  }
}
