/** What is looked for has so many bytes at least. */
const least = 4

/**
 * A function that tells whether any of these patterns, of 4 bytes at least, is in bytes. It goes over them once however many
 * patterns there are, and passes most at a glance: from a pair of bytes that is within the first four of no pattern it goes on
 * by three (S. Wu and U. Manber, "A fast algorithm for multi-pattern searching", 1994).
 */
export function searchFor(patterns: readonly Buffer[]): (bytes: Buffer) => boolean {
  if (patterns.length === 0) return () => false
  const steps = new Uint8Array(1 << 16).fill(least - 1)
  const byStart = new Map<number, Buffer[]>()
  for (const pattern of patterns) {
    for (const step of [2, 1, 0]) {
      const pair = pattern.readUInt16BE(least - 2 - step)
      steps[pair] = Math.min(steps[pair] ?? 0, step)
    }
    const start = pattern.readUInt32BE(0)
    const others = byStart.get(start)
    if (others) others.push(pattern)
    else byStart.set(start, [pattern])
  }
  return (bytes) => {
    const end = bytes.length - least
    for (let at = 0; at <= end;) {
      const step = steps[((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)] ?? 0
      if (step === 0 && byStart.get(bytes.readUInt32BE(at))?.some((pattern) => isAt(bytes, at, pattern)))
        return true
      at += Math.max(step, 1)
    }
    return false
  }
}

const isAt = (bytes: Buffer, at: number, pattern: Buffer): boolean =>
  bytes.subarray(at, at + pattern.length).equals(pattern)
