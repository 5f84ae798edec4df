import { isProvisionError } from '../../src/core/error.ts'
import { graphOf } from '../../src/core/graph/index.ts'
import type { Resource } from '../../src/core/resource.ts'

/** What a user is told of resources, with what to do next. */
export function told(declare: () => Resource): string {
  try {
    graphOf([declare()], ['app'])
  } catch (error) {
    if (isProvisionError(error)) return `${error.code}: ${error.message} (${error.help ?? ''})`
    throw error
  }
  return 'fine'
}

/** Options as somebody writes them whom no compiler watches. */
export const untyped = <T extends object>(options: T, over: Readonly<Record<string, unknown>>): T =>
  Object.assign({}, options, over)
