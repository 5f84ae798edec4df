import { randomBytes } from 'node:crypto'
import type { Bench } from '../bench.ts'
import { benchLabel } from '../clear.ts'
import { openSite, type Site } from '../sites.ts'

/** The hosts on which we and the peers do the same. */
export const hosts = ['one', 'two', 'three'] as const

/** How many files the web root has, by the numbers that workloads use. */
const counts = [20, 50, 1_000, 2_000] as const
export type Count = (typeof counts)[number]

/** Where the JAR and the web roots lie here, in the folder of the project. */
export const jarOf = ({ dir }: Site): string => `${dir}/playbooks/trio/app.jar`
export const wwwOf = ({ dir }: Site, count: Count): string => `${dir}/playbooks/trio/www-${count}`

/** Where they go on the hosts. */
export const target = '/var/site'

const playbook = (id: string): string => `
import { container, definePlaybook, directory, file, image, preload, tree } from 'provision'
import box from '../../boxes/coreos/box.ts'

const idle = image('${id}/idle', { build: './idle' })

export default definePlaybook({
  name: 'trio',
  box,
  hosts: [${hosts.map((host) => `'${host}'`).join(', ')}],
  params: {
    files: { type: 'int', default: 50 },
    containers: { type: 'int', default: 0 },
  },
  resources: ({ hosts, params: { files, containers } }) =>
    Object.values(hosts).flatMap((host) => {
      const jar = file(host, '${target}/app.jar', { from: './app.jar', mode: 0o644 })
      const www = tree(host, '${target}/www', { from: \`./www-\${files}\` })
      const mounts = { '/app/app.jar': jar, '/var/www': www }
      const idles = Array.from({ length: containers }, (_, index) =>
        container(host, \`idle\${index}\`, { image: idle, command: ['sleep', 'infinity'], mounts }),
      )
      return [preload(host, idle), directory(host, '${target}'), jar, www, ...idles]
    }),
})
`

/** As large as a page with little on it; no two are alike. */
const page = (index: number): string =>
  `<!doctype html><title>${index}</title>\n${'all is well '.repeat(340)}\n`

/** The files of a web root, below it. */
export const pageNames = (count: Count): readonly string[] =>
  Array.from({ length: count }, (_, index) => `part-${index % 10}/page-${index}.html`)

const pages = (count: Count): Readonly<Record<string, string>> =>
  Object.fromEntries(
    pageNames(count).map((name, index) => [`playbooks/trio/www-${count}/${name}`, page(index)]),
  )

/** The image of the containers. */
export const imageOf = ({ id }: Bench): string => `${id}-trio/idle`

const opened = new WeakMap<Bench, Promise<Site>>()

/** Three nodes with a JAR of 15 MB and a web root each; made once in a run, for all workloads that use them. */
export function trio(bench: Bench): Promise<Site> {
  const site = opened.get(bench) ?? open(bench)
  opened.set(bench, site)
  // What could not be made for one workload is tried again for the next.
  site.catch(() => opened.delete(bench))
  return site
}

async function open(bench: Bench): Promise<Site> {
  const id = `${bench.id}-trio`
  const site = await openSite(bench, 'trio', {
    'playbooks/trio/playbook.ts': playbook(id),
    'playbooks/trio/idle/Dockerfile': `FROM debian:bookworm-slim\nLABEL ${benchLabel}=${id}\n`,
    'playbooks/trio/app.jar': randomBytes(15_000_000),
    ...Object.fromEntries(counts.flatMap((count) => Object.entries(pages(count)))),
  })
  await site.provision('quickstart', '--plain')
  return site
}

/** How our own playbook is told what there is to be. */
export const params = (files: Count, containers = 0): readonly string[] => [
  '--param',
  `files=${files}`,
  '--param',
  `containers=${containers}`,
]
