import { appendFile, cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { benchLabel } from '../clear.ts'
import { floor } from '../contenders.ts'
import { playbookIn } from '../project.ts'
import { serves, until } from '../waiting.ts'
import type { Workload } from '../workload.ts'
import { copyStyles } from './edit-css.ts'
import { buildAndRun, editVersion } from './edit-java.ts'

/** What /health of the web server says is one line of its image; the Dockerfile ends with this one, with a new word each time. */
const lastLine = (word: string): string =>
  `RUN sed -i 's/"status":"[a-z0-9-]*"/"status":"${word}"/' /etc/hash-collision/nginx.conf\n`

let words = 0

/** Gives the Dockerfile in that folder an end that no build before had; the word by which it shows. */
async function editDockerfile(context: string): Promise<string> {
  const file = join(context, 'Dockerfile')
  const word = `edited-${++words}`
  const before = (await readFile(file, 'utf8')).replace(/RUN sed -i 's\/"status.*\n/, '')
  await writeFile(file, before + lastLine(word))
  return word
}

/** How long until it is so, from now on. */
const timeUntil = async (what: string, isSo: () => Promise<boolean>, { signal }: Bench): Promise<number> => {
  const started = performance.now()
  await until(what, isSo, { signal })
  return performance.now() - started
}

/** By hand: the image built, and a container of it, until it answers. */
async function buildAndServe(bench: Bench): Promise<() => Promise<number>> {
  const { id, dir, docker } = bench
  const context = join(dir, 'floor-nginx')
  await cp(join(playbookIn(dir), 'images/nginx'), context, { recursive: true })
  const upstreams = ['USER', 'AUTH', 'QA'].flatMap((name) => ['--env', `${name}_UPSTREAM=127.0.0.1:7000`])
  return async () => {
    const word = await editDockerfile(context)
    const started = performance.now()
    await docker('build', '--quiet', '--tag', `${id}/edited-nginx`, context)
    const label = ['--label', `${benchLabel}=${id}`]
    const container = await docker('run', '--detach', ...label, ...upstreams, `${id}/edited-nginx`)
    try {
      const address = await docker('inspect', '--format', '{{.NetworkSettings.IPAddress}}', container)
      const url = `http://${address}/health`
      await until(url, () => serves(url, word), bench)
      return performance.now() - started
    } finally {
      await docker('rm', '--force', '--volumes', container)
    }
  }
}

export const watch: Workload = {
  name: 'watch',
  title: 'watch, from saving a file to being served',
  figures: {
    java: { title: 'a line of Java (published for Tilt: 4.8 s)', unit: 'ms', most: 2_500 },
    static: { title: 'a style sheet', unit: 'ms', most: 500 },
    dockerfile: { title: 'a line of a Dockerfile', unit: 'ms', most: 5_000 },
  },
  against: [
    floor(
      '`docker run` of the compiler, then of the service; `tar | ssh` of the file; `docker build`, then `docker run`; each until it answers',
    ),
  ],
  most: 3,
  async open(bench) {
    await bench.system()
    const [pages, user] = await Promise.all([bench.urlOf('nginx'), bench.urlOf('user')])
    const playbook = playbookIn(bench.dir)
    const byHand = await buildAndRun(bench)
    const copied = await copyStyles(bench)
    const builtByHand = await buildAndServe(bench)
    return {
      floor: async () => ({
        java: (await byHand())['time'] ?? NaN,
        static: (await copied())['time'] ?? NaN,
        dockerfile: await builtByHand(),
      }),
      ours: async () => {
        const watching = bench.watch()
        try {
          await watching.rests()
          const version = await editVersion(join(playbook, 'services'))
          const java = await timeUntil('the service', () => serves(`${user}/version`, version), bench)
          await watching.rests()
          const mark = `/* watched ${++words}. */`
          await appendFile(join(playbook, 'www/css/style.css'), `${mark}\n`)
          const css = await timeUntil('the file', () => serves(`${pages}/css/style.css`, mark), bench)
          await watching.rests()
          const word = await editDockerfile(join(playbook, 'images/nginx'))
          const image = await timeUntil('the image', () => serves(`${pages}/health`, word), bench)
          await watching.rests()
          return { java, static: css, dockerfile: image }
        } finally {
          await watching.quit()
        }
      },
    }
  },
}
