import type { Writable } from 'node:stream'

/**
 * Has all that is written to a stream within one turn of the event loop leave together. ssh2 writes each packet in three
 * parts, and a login is a dozen packets: without Nagle's delay each part would be a segment of its own, for which the host's
 * sshd wakes up.
 */
export function gatherWrites(stream: Writable): void {
  let gathering = false
  const letGo = (): void => {
    gathering = false
    stream.uncork()
  }
  stream.write = new Proxy(stream.write.bind(stream), {
    apply(write, _, call: readonly unknown[]): unknown {
      if (!gathering) {
        gathering = true
        stream.cork()
        setImmediate(letGo)
      }
      return Reflect.apply(write, undefined, call)
    },
  })
}
