import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { isAlive } from '../../transport/alive.ts'
import { tarStream } from '../../transport/files/tar.ts'

/** So many capsules are kept of a project. */
export const capsuleDepth = 10

/** One file of a capsule, by its path inside; redacted already. */
export interface CapsuleFile {
  readonly name: string
  readonly text: string
}

/** `20260102T030405Z-rollback-to-12`: by name they sort as by time. */
export const capsuleName = (at: Date, command: string): string =>
  `${at.toISOString().replace(/[-:]|\.\d+/g, '')}-${command.replaceAll(' ', '-')}`

/** Older versions left the spaces of a command in it. */
const finished = /^\d{8}T\d{6}Z-[a-z\d -]+(?:\.\d+)?\.tar\.gz$/

/** Those of a folder's names that are to go, so that with one more there are `depth` at most. Others are not ours. */
export function outdatedCapsules(names: readonly string[], depth: number): readonly string[] {
  const ours = names.filter((name) => finished.test(name)).sort()
  return ours.slice(0, Math.max(0, ours.length - (depth - 1)))
}

/** Those of a folder's names under which a process that has ended was writing a capsule. */
function halfMade(names: readonly string[]): readonly string[] {
  return names.filter((name) => {
    const [, capsule = '', writer] = /^(.+)\.([1-9]\d*)\.part$/.exec(name) ?? []
    return finished.test(capsule) && !isAlive(Number(writer))
  })
}

/** Writes a capsule that only its owner can read, and gives its path. */
export async function writeCapsule(
  folder: string,
  name: string,
  files: readonly CapsuleFile[],
): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const names = await readdir(folder)
  const old = [...outdatedCapsules(names, capsuleDepth), ...halfMade(names)]
  await Promise.all(old.map((one) => rm(join(folder, one), { force: true })))
  const path = join(folder, freeName(name, names))
  const temporary = `${path}.${process.pid}.part`
  await writeFile(temporary, await packed(name, files), { mode: 0o600 })
  await rename(temporary, path)
  return path
}

/** Two runs can fail in one second. */
function freeName(name: string, taken: readonly string[]): string {
  for (let i = 1; ; i++) {
    const candidate = `${name}${i === 1 ? '' : `.${i}`}.tar.gz`
    if (!taken.includes(candidate)) return candidate
  }
}

async function packed(folder: string, files: readonly CapsuleFile[]): Promise<Buffer> {
  const entries = files.map(({ name, text }) => ({
    name: `${folder}/${name}`,
    mode: 0o600,
    content: Buffer.from(text),
  }))
  const chunks: Buffer[] = []
  for await (const chunk of tarStream(Readable.from(entries))) chunks.push(chunk)
  return promisify(gzip)(Buffer.concat(chunks))
}
