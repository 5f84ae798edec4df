import { ProvisionError } from '../error.ts'
import { isHost, type Host } from '../host.ts'
import { maskedText } from '../secret/masked.ts'
import { oneLine } from '../text/one-line.ts'
import { holdsMask } from '../secret/index.ts'
import { shownValue } from '../text/shown-value.ts'

const help = 'correct it in the playbook'

/** @throws ProvisionError `playbook` where there is a problem */
export function refuseIf(title: string, problem: string | undefined): void {
  if (problem !== undefined) throw new ProvisionError('playbook', `${title}: ${problem}`, { help })
}

/**
 * How a resource is called in messages while it is declared: no compiler has looked at a playbook, and what is no host or no
 * name could not even be told.
 * @throws ProvisionError `playbook`
 */
export function declaredTitle(host: Host, kind: string, name: unknown): string {
  requireHost(host, `${kind} ${typeof name === 'string' ? oneLine(name) : ''}`.trim())
  const title = `${host.name} › ${kind}`
  if (name === '') return title
  if (typeof name === 'string' && !holdsMask(name)) return `${title} ${oneLine(name)}`
  const problem = typeof name === 'string' ? maskedText : `is ${shownValue(name)}, not a text`
  throw new ProvisionError('playbook', `${title}: its name or path ${problem}`, { help })
}

function requireHost(host: unknown, what: string): void {
  if (isHost(host)) return
  throw new ProvisionError(
    'playbook',
    `${what}: its host is ${shownValue(host)}, not a host of the playbook`,
    { help: 'take it from the topology: resources: ({ hosts: { web } }) => …' },
  )
}
