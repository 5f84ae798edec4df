import { Console } from 'node:console'
import { Writable } from 'node:stream'

type Say = (level: 'info' | 'warning', line: string) => void

/**
 * Has told as lines what a playbook gives to any method of `console`: written as it is, it would show secrets, break JSON and
 * draw over the live view.
 * @returns puts back what was there before
 */
export function tellLogs(redact: (text: string) => string, say: Say): () => void {
  const former = { ...console }
  const to = (level: Parameters<Say>[0]): Writable =>
    new Writable({
      decodeStrings: false,
      write: (chunk: unknown, _, done) => {
        // Masked as a whole, as a secret may have several lines.
        for (const line of redact(String(chunk)).replace(/\n$/, '').split('\n')) say(level, line)
        done()
      },
    })
  Object.assign(console, new Console({ stdout: to('info'), stderr: to('warning'), colorMode: false }))
  return () => void Object.assign(console, former)
}
