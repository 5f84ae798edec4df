import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from './project.ts'
import type { Scratch } from './scratch.ts'

/** What a long use could pile up. */
export interface Figures {
  /** Of this project on the engine of this machine. */
  readonly objects: number
  readonly images: number
  /** Entries of the folder for temporary files. */
  readonly temporary: number
  /** Files below `.provision`; journals are kept 50 deep. */
  readonly state: number
  readonly nodeContainers: number
  readonly nodeVolumes: number
  readonly nodeImages: number
  /** Kilobytes of all that the node has written. */
  readonly nodeDisk: number
  /** In `/tmp`, `/var/tmp` and our own folder of the node. */
  readonly nodeTemporary: number
  readonly nodeProcesses: number
}

/** One project with a bit of everything, which can be edited at random. */
export interface SoakProject {
  /** Each changes one thing, so that a run has something to do. */
  readonly edits: readonly (() => void)[]
  readonly measure: () => Promise<Figures>
  /** A run that gets a signal after a while; its exit code. */
  readonly cutShort: (signal: NodeJS.Signals, after: number) => Promise<number | null>
  readonly restartNode: () => Promise<void>
}

export function soakProject(project: Scratch, temporary: string): SoakProject {
  let word = 0
  let env = 0
  let extra = false
  const folder = `playbooks/${project.prefix}`
  const write = (): void =>
    project.playbook(`return [
      tree(one, '/srv/www', { from: './www' }),
      file(one, '/etc/soak', { content: 'word ${word}' }),
      push(one, artifact('out.txt', { run: ['cp', 'in.txt', 'out.txt'], cwd: './src', inputs: ['in.txt'], output: 'out.txt' }), { to: '/srv/out.txt' }),
      command(one, 'mark', { run: ['sh', '-c', 'echo ${word} > /srv/mark'], unless: ['grep', '-qx', '${word}', '/srv/mark'] }),
      container(one, 'soak', { image: image('${project.prefix}/soak', { build: './image', needs: [tiny] }), command: ['sleep', '10000'], env: { N: '${env}' }, mounts: { '/data': volume(one, 'soak-data') }, stopTimeout: '1s' }),
      ${extra ? "container(one, 'extra', { image: tiny, command: ['sleep', '10000'], stopTimeout: '1s' })," : ''}
    ]`)
  const put = (path: string): void => project.write(`${folder}/${path}`, `content ${word++}\n`)
  const edits = [
    () => put('www/index.html'),
    () => put(`www/page-${word % 5}.html`),
    () => rmSync(join(project.dir, folder, `www/page-${word % 5}.html`), { force: true }),
    () => put('src/in.txt'),
    () => put('image/content.txt'),
    () => {
      env += 1
      write()
    },
    () => {
      extra = !extra
      write()
    },
    () => {
      word += 1
      write()
    },
  ]
  for (const path of ['www/index.html', 'src/in.txt', 'image/content.txt']) put(path)
  project.write(`${folder}/image/Dockerfile`, `FROM ${project.prefix}/tiny\nCOPY content.txt /content.txt\n`)
  write()

  const lines = async (...argv: readonly string[]): Promise<number> =>
    (await project.on('one', 'sh', '-c', argv.join(' '))).split('\n').filter((line) => line !== '').length
  return {
    edits,
    measure: async () => ({
      objects: (await project.objects()).length,
      images: (
        await ask('docker', 'images', '--all', '--quiet', '--filter', `reference=${project.prefix}/*`)
      ).split('\n').length,
      temporary: readdirSync(temporary).length,
      state: filesBelow(join(project.dir, '.provision')),
      nodeContainers: await lines('docker ps --all --quiet'),
      nodeVolumes: await lines('docker volume ls --quiet'),
      nodeImages: await lines('docker images --all --quiet'),
      nodeDisk: Number(
        (
          await project.on(
            'one',
            'sh',
            '-c',
            'du -skx / /var/lib/docker | awk "{ s += \\$1 } END { print s }"',
          )
        ).trim(),
      ),
      nodeTemporary: await lines('find /tmp /var/tmp /var/lib/provision -mindepth 1 2>/dev/null'),
      nodeProcesses: await lines('ps -e -o comm='),
    }),
    cutShort: async (signal, after) => {
      const child = spawn(process.execPath, [project.cli.bin, 'refresh', '--plain'], {
        cwd: project.dir,
        env: { ...process.env, TMPDIR: temporary },
        stdio: 'ignore',
      })
      const timer = setTimeout(() => child.kill(signal), after)
      await once(child, 'close')
      clearTimeout(timer)
      return child.exitCode
    },
    restartNode: async () => {
      const id = await ask('docker', 'ps', '--quiet', '--filter', `label=provision.project=${project.dir}`)
      await ask('docker', 'restart', '--time', '2', id)
    },
  }
}

const filesBelow = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length

/** What a process holds. */
export interface Held {
  /** Bytes. */
  readonly memory: number
  readonly descriptors: number
}

/** A watch that lives through edits. */
export interface SoakWatch {
  /** Waits until it is at rest for so many times in all. */
  readonly rests: (count: number) => Promise<void>
  readonly held: () => Held
  readonly failures: () => readonly string[]
  readonly stop: () => Promise<number | null>
}

export function soakWatch(project: Scratch, temporary: string): SoakWatch {
  const log = join(temporary, `watch-${process.pid}.log`)
  writeFileSync(log, '')
  const child = spawn(process.execPath, [project.cli.bin, 'watch', '--json'], {
    cwd: project.dir,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let rested = 0
  let rest = ''
  const failures: string[] = []
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const all = (rest + chunk).split('\n')
    rest = all.pop() ?? ''
    for (const line of all) {
      if (line.startsWith('{"event":"watching"')) rested += 1
      if (line.startsWith('{"event":"failed"')) failures.push(line)
    }
  })
  const proc = `/proc/${child.pid ?? 0}`
  return {
    failures: () => failures,
    rests: async (count) => {
      for (let i = 0; rested < count; i++) {
        if (child.exitCode !== null || i > 600)
          throw new Error(`the watch rested ${rested} times, not ${count}`)
        await sleep(100)
      }
    },
    held: () => ({
      memory: 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1]),
      // Those of files that it reads just now come and go.
      descriptors: readdirSync(`${proc}/fd`).filter((fd) => !/^\/(?!dev)/.test(targetOf(`${proc}/fd/${fd}`)))
        .length,
    }),
    stop: async () => {
      child.kill('SIGINT')
      if (child.exitCode === null) await once(child, 'close')
      rmSync(log)
      return child.exitCode
    },
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return '/closed'
  }
}
