import { readdirSync, readFileSync } from 'node:fs'

/**
 * Kills the processes of this machine that have a variable with a value in their environment; gives those that were found.
 * Where there is no /proc none is. At once, so that it can be the last thing that a process does.
 */
export function killMarked(name: string, value: string): readonly number[] {
  const found = pids().filter((pid) => environmentOf(pid).includes(`${name}=${value}`))
  for (const pid of found) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has just ended.
    }
  }
  return found
}

function pids(): readonly number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}
