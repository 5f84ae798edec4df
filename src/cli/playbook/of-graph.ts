import type { Box } from '../../core/box.ts'
import type { Image } from '../../core/build/index.ts'
import { distinctBy } from '../../core/distinct.ts'
import type { Graph } from '../../core/graph/index.ts'

/** What nodes are to have inside: all images that containers of the playbook run, and the box's own. */
export function imagesOf(graph: Graph, box: Box): readonly Image[] {
  const used = graph.resources.flatMap(({ resource }) => (resource.kind === 'image' ? resource.builds : []))
  const images = [...used, ...box.images].filter((build) => build.kind === 'image')
  return distinctBy(images, ({ ref }) => ref)
}

/** The ports of a host that containers of the playbook publish. */
export const publishedPorts = (graph: Graph, host: string): readonly number[] =>
  graph.resources.flatMap(({ resource }) =>
    resource.host === host ? Object.values(resource.published ?? {}).map(({ port }) => port) : [],
  )

const lists = 3

/** How many questions Docker is asked at once about a host: for its three lists, and for each container and image of ours. */
export function dockerQuestions(graph: Pick<Graph, 'resources'>): (host: string) => number {
  const counts = new Map<string, number>()
  for (const { resource } of graph.resources)
    if (['container', 'image'].includes(resource.kind))
      counts.set(resource.host, (counts.get(resource.host) ?? lists) + 1)
  return (host) => counts.get(host) ?? lists
}
