/** Takes keys from a terminal one by one. Gives what ends that and hands the terminal back as it was. */
export function listenToKeys(stdin: NodeJS.ReadStream, onKey: (key: string) => void): () => void {
  if (!stdin.isTTY) return () => undefined
  const hear = (chunk: Buffer | string): void => {
    for (const key of String(chunk)) onKey(key)
  }
  stdin.setRawMode(true)
  stdin.on('data', hear)
  stdin.resume()
  return () => {
    stdin.off('data', hear)
    stdin.pause()
    stdin.setRawMode(false)
  }
}

/** What a terminal sends for Ctrl-C and Ctrl-D while it gives keys one by one. */
export const controlC = '\u0003'
export const controlD = '\u0004'
