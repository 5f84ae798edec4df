/**
 * Takes keys from a terminal one by one, but Ctrl-Z, which suspends the job as it does elsewhere. Gives what ends that and
 * hands the terminal back as it was.
 */
export function listenToKeys(stdin: NodeJS.ReadStream, onKey: (key: string) => void): () => void {
  if (!stdin.isTTY) return () => undefined
  const suspend = (): void => {
    stdin.setRawMode(false)
    // All of the job, as the terminal itself would: npx, which started us, and builds.
    process.kill(0, 'SIGTSTP')
    // Where no shell can continue a job, the system has not stopped it either.
    take()
  }
  const take = (): void => {
    // The shell has set the terminal anew meanwhile, of which a stream that believes to have it already hears nothing.
    stdin.setRawMode(false)
    stdin.setRawMode(true)
  }
  const hear = (chunk: Buffer | string): void => {
    for (const key of String(chunk)) {
      if (key === controlZ) suspend()
      else onKey(key)
    }
  }
  take()
  stdin.on('data', hear)
  stdin.resume()
  process.on('SIGCONT', take)
  return () => {
    process.off('SIGCONT', take)
    stdin.off('data', hear)
    stdin.pause()
    stdin.setRawMode(false)
  }
}

/** What a terminal sends for Ctrl-C, Ctrl-D and Ctrl-Z while it gives keys one by one. */
export const controlC = '\u0003'
export const controlD = '\u0004'
const controlZ = '\u001a'
