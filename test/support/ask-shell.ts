import { expect } from 'vitest'
import { probeAnswers } from '../../src/transport/probe/answers.ts'
import { probeScript, type ShellProbe } from '../../src/transport/probe/script.ts'
import { runIn, type Shell } from './shells.ts'

export const marker = 'provision-0123456789abcdef'

/** Has a shell of this machine answer probes. */
export async function askShell(shell: Shell, probes: readonly ShellProbe[], before = '') {
  const { script, stdin } = probeScript(probes, marker)
  const { code, stdout, stderr } = await runIn(shell, `${before}\n${script}`, stdin)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return probeAnswers('box', probes, marker, stdout)
}
