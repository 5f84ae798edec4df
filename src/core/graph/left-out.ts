import { ProvisionError } from '../error.ts'
import { resourceId, resourceTitle, type Resource } from '../resource.ts'
import type { Graph } from './index.ts'

/**
 * Refuses resources that a playbook made and lost, as in a helper function that does not pass them on: they would silently not
 * be there. What is declared once more under the same id is there.
 * @param made all that was made with the hosts of the playbook
 * @throws ProvisionError `playbook` that names all of them
 */
export function refuseLeftOut(made: readonly Resource[], { resources }: Graph): void {
  const there = new Set(resources.map(({ id }) => id))
  const left = made.filter((one) => !there.has(resourceId(one)))
  if (left.length === 0) return
  // What only they need, such as the image of a container, comes with them.
  const needed = new Set(left.flatMap((one) => one.needs()).map(resourceId))
  const first = left.filter((one) => !needed.has(resourceId(one)))
  const names = [...new Set((first.length > 0 ? first : left).map(resourceTitle))]
  const are = names.length === 1 ? 'is' : 'are'
  throw new ProvisionError(
    'playbook',
    `${names.join(', ')}: ${are} made, but neither returned by \`resources\` nor used by what is: nothing of that would be there`,
    {
      help: 'return it from `resources`, name it in `needs` of what needs it, or make it only where it is wanted',
    },
  )
}
