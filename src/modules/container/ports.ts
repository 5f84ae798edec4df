import { ProvisionError } from '../../core/error.ts'
import { isRef } from '../../core/ref.ts'
import { firstProblem } from '../../core/rules/index.ts'
import { shownValue } from '../../core/text/shown-value.ts'
import { didYouMean } from '../../core/text/suggest.ts'

type Given = Readonly<Record<string, unknown>>

/** What ports are that are none by their type; whether a number can be a port is told once defaults are filled in. */
export const portsProblem = (ports: Given, publish: Given): string | undefined =>
  firstProblem(
    ...Object.entries(ports).map(([key, port]) => {
      const what = `ports.${key}`
      if (!isPlace(port)) return numberProblem(what, port, 'protocol')
      const { port: number, protocol } = port
      return firstProblem(
        numberProblem(`${what}.port`, number),
        protocol === 'tcp' || protocol === 'udp'
          ? undefined
          : `${what}.protocol: ${shownValue(protocol)} is neither "tcp" nor "udp"`,
      )
    }),
    ...Object.entries(publish).map(([key, place]) => {
      const what = `publish.${key}`
      if (place === undefined) return undefined
      if (!isPlace(place)) return numberProblem(what, place, 'address')
      const { port, address } = place
      return firstProblem(
        numberProblem(`${what}.port`, port),
        typeof address === 'string'
          ? undefined
          : `${what}.address: ${shownValue(address)} is not an IP address`,
      )
    }),
  )

/**
 * Refuses a name that none of a container's ports has.
 * @throws ProvisionError `playbook`
 */
export function refuseNoPort(title: string, name: unknown, ports: Given): void {
  if (typeof name === 'string' && Object.hasOwn(ports, name)) return
  const known = Object.keys(ports)
  throw new ProvisionError('playbook', `${title}: ${shownValue(name)} is not the name of one of its ports`, {
    help: known.length === 0 ? 'it has none: list them in `ports`' : didYouMean(String(name), known),
  })
}

const isPlace = (value: unknown): value is { readonly port?: unknown; readonly [field: string]: unknown } =>
  typeof value === 'object' && value !== null && !isRef(value)

function numberProblem(what: string, port: unknown, beside?: string): string | undefined {
  if (typeof port === 'number') return undefined
  const other = beside === undefined ? '' : `, or { port, ${beside} }`
  return `${what}: ${shownValue(port)} is not a port (a whole number from 1 to 65535${other})`
}
