import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Where it comes from and goes to. All hosts are one machine, so each has a folder of its own there. */
export interface Folders {
  /** Files on the controller, in a folder of the project. */
  readonly sources: string
  readonly target: string
}

/** What is on each host of a fleet, and how everybody puts it there. */
export interface Content {
  /** Part of the names of its workloads; empty for the usual one. */
  readonly name: string
  /** For people. */
  readonly title: string
  /** Sizes in bytes, by path below the sources. */
  readonly files: Readonly<Record<string, number>>
  /** The one that an edit changes. */
  readonly edited: string
  /** TypeScript: the resources of the host that is called `name`. */
  readonly resources: (folders: Folders) => string
  /** Tasks of an Ansible playbook; none where Ansible would take too long to be measured. */
  readonly ansible: ((folders: Folders) => readonly string[]) | undefined
  /** Operations of pyinfra. */
  readonly pyinfra: (folders: Folders) => readonly string[]
}

const few = ['0', '1', '2', '3', '4']

/** As little as there can be for a tool to do at each host. */
export const fewFiles: Content = {
  name: '',
  title: '5 files each',
  files: Object.fromEntries(few.map((file) => [file, 7])),
  edited: '0',
  resources: ({ sources, target }) =>
    `${JSON.stringify(few)}.map((i) => file(hosts[name], \`${target}/\${name}/\${i}\`, { from: \`${sources}/\${i}\`, mode: 0o644 }))`,
  ansible: ({ sources, target }) =>
    few.map(
      (i) =>
        `    - copy: { src: ${sources}/${i}, dest: "${target}/{{ inventory_hostname }}/${i}", mode: "0644" }`,
    ),
  pyinfra: ({ sources, target }) =>
    few.map((i) => `files.put(src="${sources}/${i}", dest=f"${target}/{host.name}/${i}", mode="644")`),
}

/** What the refreshes of three hosts have as well. */
export const webSite: Content = {
  name: '-site',
  title: 'a JAR of 1 MB and 50 files each',
  files: {
    'app.jar': 1_000_000,
    ...Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`www/page-${i}.html`, 2_000])),
  },
  edited: 'www/page-7.html',
  resources: ({ sources, target }) =>
    `[file(hosts[name], \`${target}/\${name}/app.jar\`, { from: '${sources}/app.jar', mode: 0o644 }), ` +
    `tree(hosts[name], \`${target}/\${name}/www\`, { from: '${sources}/www' })]`,
  // Some 0.2 s for each of 5,000 files.
  ansible: undefined,
  pyinfra: ({ sources, target }) => [
    `files.put(src="${sources}/app.jar", dest=f"${target}/{host.name}/app.jar", mode="644")`,
    `files.sync(src="${sources}/www", dest=f"${target}/{host.name}/www", mode="644", dir_mode="755", add_deploy_dir=False)`,
  ],
}

/** Writes the sources of a content. */
export async function writeSources({ files }: Content, sources: string): Promise<void> {
  for (const [path, size] of Object.entries(files)) {
    const file = join(sources, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, `${path}\n`.repeat(Math.ceil(size / (path.length + 1))).slice(0, size))
  }
}
