import type { AbsentHost } from '../../core/plan.ts'
import type { ProvidedHost } from '../../core/provider.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/** The hosts that a plan cannot ask. */
export const absentIn = (provided: readonly ProvidedHost[]): readonly AbsentHost[] =>
  provided.flatMap(({ name, state }) => (state === 'running' ? [] : [{ name, state }]))

/** What is planned for them and what brings them up: of many hosts, those that are in one state in one line. */
export const absentTexts = (absent: readonly AbsentHost[]): readonly string[] =>
  [...new Set(absent.map(({ state }) => state))].map((state) => {
    const names = absent.filter((host) => host.state === state).map(({ name }) => name)
    const [are, them, run] = names.length === 1 ? ['is', 'it', 'it runs'] : ['are', 'them', 'they run']
    const meaning =
      state === 'stopped'
        ? `what is on ${them} is not known until ${run}; ${ownCommand('start')} starts ${them}, and so does refresh`
        : `planned as if empty; ${ownCommand('quickstart')} makes ${them}`
    return `${names.join(', ')} ${are} ${state}: ${meaning}`
  })
