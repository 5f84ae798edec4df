import { isProvisionError, ProvisionError } from '../../core/error.ts'
import { helpOfAll } from '../../core/several.ts'

/** One error for all that stands in the way of a plan; a bug outweighs it. */
export function combined(errors: readonly unknown[]): Error {
  const known = errors.filter(isProvisionError).flatMap(partsOf)
  const first = known[0]
  const bug = errors.find((error) => !isProvisionError(error))
  if (!first || bug instanceof Error) return bug instanceof Error ? bug : new Error(String(bug))
  const more = known.map((error) => [error.message, error.output].filter(Boolean).join('\n')).join('\n')
  return new ProvisionError(first.code, `${known.length} things stand in the way`, {
    output: more,
    help: helpOfAll(known),
    cause: new AggregateError(known),
  })
}

/** Those of a host are combined before those of all hosts are. */
const partsOf = (error: ProvisionError): readonly ProvisionError[] =>
  error.cause instanceof AggregateError ? error.cause.errors.filter(isProvisionError) : [error]
