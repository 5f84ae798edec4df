import { ProvisionError } from '../../core/error.ts'
import type { Answer } from '../../core/probe.ts'
import { secretsIn } from '../../core/secret/index.ts'
import { newMarker } from '../session/bootstrap.ts'
import type { Connection } from '../ssh/connection.ts'
import { probeAnswers } from './answers.ts'
import { probeScript, type ShellProbe } from './script.ts'

/** Paths are none: whoever may look there sees them. */
const isSecret = (probe: ShellProbe): boolean =>
  probe.ask === 'command' && (probe.secret === true || secretsIn(probe.env).length > 0)

/** Answers probes of files and commands, all in one round trip. */
export async function answerProbes(
  connection: Connection,
  probes: readonly ShellProbe[],
  signal: AbortSignal,
): Promise<readonly Answer<ShellProbe>[]> {
  if (probes.length === 0) return []
  const marker = newMarker()
  const { script, stdin } = probeScript(probes, marker)
  const options = { as: 'root', stdin, signal } as const
  const { code, stdout, stderr } = await (probes.some(isSecret)
    ? connection.script(script, options)
    : connection.openly(script, options))
  if (code !== 0) {
    throw new ProvisionError('host', `${connection.name}: asking for its state ended with ${code}`, {
      output: stderr.trim(),
      help: `look whether sh works on ${connection.name}`,
    })
  }
  return probeAnswers(connection.name, probes, marker, stdout)
}
