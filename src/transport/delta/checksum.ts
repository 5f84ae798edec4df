/** The generator of CRC-32 as POSIX `cksum` uses it: most significant bit first, starting from 0. */
const generator = 0x04c11db7

/** What eight shifts do to each value of the highest byte. */
export const steps = Int32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24
  for (let bit = 0; bit < 8; bit++) sum = sum < 0 ? (sum << 1) ^ generator : sum << 1
  return sum
})

/** The generator is odd, so the lowest byte of a step tells which step it was. */
const stepOf = new Uint8Array(256)
steps.forEach((step, byte) => (stepOf[step & 0xff] = byte))

const step = (sum: number, byte: number): number => (sum << 8) ^ (steps[(sum >>> 24) ^ byte] ?? 0)

const lengthBytes = (length: number): readonly number[] =>
  length === 0 ? [] : [length & 0xff, ...lengthBytes(Math.floor(length / 256))]

/** The sum of bytes alone, a signed 32-bit number; `cksum` appends the length to them and inverts the result. */
export function sumOf(bytes: Uint8Array): number {
  let sum = 0
  for (const byte of bytes) sum = step(sum, byte)
  return sum
}

/** What `cksum` prints for so many bytes with this sum. */
export const toCksum = (sum: number, length: number): number => ~lengthBytes(length).reduce(step, sum) >>> 0

/** The sum of the bytes for which `cksum` prints this. */
export const fromCksum = (printed: number, length: number): number =>
  lengthBytes(length).reduceRight((sum, byte) => {
    const high = stepOf[sum & 0xff] ?? 0
    return ((sum ^ (steps[high] ?? 0)) >>> 8) | ((high ^ byte) << 24)
  }, ~printed)

/** What each byte adds to a sum that began so many bytes before: to be taken away when it leaves a sliding window. */
export function leaving(window: number): Int32Array {
  const sums = new Int32Array(256)
  for (let byte = 1; byte < 256; byte++) {
    const lowest = byte & -byte
    // Sums are linear: that of a byte is made of those of its bits, and only these take their time.
    sums[byte] = byte === lowest ? carried(byte, window) : (sums[byte ^ lowest] ?? 0) ^ (sums[lowest] ?? 0)
  }
  return sums
}

/** The sum of a byte and so many zeros behind it. */
function carried(byte: number, zeros: number): number {
  let sum = step(0, byte)
  for (let i = 0; i < zeros; i++) sum = step(sum, 0)
  return sum
}
