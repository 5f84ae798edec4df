import type { Site } from '../sites.ts'
import { jarOf, target, wwwOf, type Count } from './trio.ts'

/** What a container's first run is by hand, which peers do as well: only where it is not there. */
export const runIdle = (image: string, index: number): string =>
  [
    `docker inspect idle${index} >/dev/null 2>&1 ||`,
    `docker run -d --name idle${index} --restart unless-stopped`,
    `-v ${target}/app.jar:/app/app.jar:ro -v ${target}/www:/var/www:ro ${image} sleep infinity`,
  ].join(' ')

const yaml = (text: string): string => JSON.stringify(text)

/** The same as our playbook says, for Ansible with nothing but its core collection. */
export const ansiblePlay = (site: Site, files: Count, starts: readonly string[] = []): string =>
  [
    '- hosts: all',
    '  become: true',
    '  tasks:',
    `    - file: { path: ${target}, state: directory, mode: "0755" }`,
    `    - copy: { src: ${jarOf(site)}, dest: ${target}/app.jar, mode: "0644" }`,
    `    - copy: { src: ${wwwOf(site, files)}/, dest: ${target}/www/, mode: "0644", directory_mode: "0755" }`,
    ...starts.map((start) => `    - shell: ${yaml(start)}`),
    '',
  ].join('\n')

/** The same with rsync for the web root, as who knows Ansible does it where there are many files. */
export const ansibleRsyncPlay = (
  site: Site,
  files: Count,
  config: string,
  starts: readonly string[] = [],
): string =>
  [
    '- hosts: all',
    '  become: true',
    '  tasks:',
    `    - file: { path: ${target}/www, state: directory, mode: "0755" }`,
    `    - copy: { src: ${jarOf(site)}, dest: ${target}/app.jar, mode: "0644" }`,
    '    - command:',
    '        argv:',
    ...[
      ...[
        'rsync',
        '-a',
        '--delete',
        '--no-owner',
        '--no-group',
        '--out-format=%n',
        '--rsync-path=sudo rsync',
      ],
      ...['-e', `ssh -F ${config}`, `${wwwOf(site, files)}/`, `{{ inventory_hostname }}:${target}/www/`],
    ].map((word) => `          - ${yaml(word)}`),
    '      delegate_to: localhost',
    '      become: false',
    '      register: synced',
    '      changed_when: synced.stdout != ""',
    ...starts.map((start) => `    - shell: ${yaml(start)}`),
    '',
  ].join('\n')

/** The same for pyinfra. */
export const pyinfraDeploy = (site: Site, files: Count, starts: readonly string[] = []): string =>
  [
    `files.directory(path="${target}", mode="755")`,
    `files.put(src="${jarOf(site)}", dest="${target}/app.jar", mode="644")`,
    `files.sync(src="${wwwOf(site, files)}", dest="${target}/www", mode="644", dir_mode="755", add_deploy_dir=False)`,
    ...(starts.length === 0 ? [] : [`server.shell(commands=${JSON.stringify(starts)})`]),
  ].join('\n')
