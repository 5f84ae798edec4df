import { readdir, readFile } from 'node:fs/promises'

/** The processes of this machine that have a variable with a value in their environment. Where there is no /proc none is found. */
async function processesMarked(name: string, value: string): Promise<readonly number[]> {
  const all = (await readdir('/proc').catch(() => [])).filter((entry) => /^\d+$/.test(entry))
  const found = await Promise.all(
    all.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
      return environment.split('\0').includes(`${name}=${value}`) ? [Number(pid)] : []
    }),
  )
  return found.flat()
}

/** Kills them; gives those that were found. */
export async function killMarked(name: string, value: string): Promise<readonly number[]> {
  const found = await processesMarked(name, value)
  for (const pid of found) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has just ended.
    }
  }
  return found
}
