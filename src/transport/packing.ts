import { gunzipSync } from 'node:zlib'

/** What `delta-script.ts` wrote: whether the host has gzip, and then text, packed by it where it has. */
export function unpacked(output: Buffer): { readonly packed: boolean; readonly body: string } {
  const end = output.indexOf(0)
  const packed = output.toString('utf8', 0, Math.max(0, end)) !== 'cat'
  const body = output.subarray(end + 1)
  try {
    return { packed, body: (packed ? gunzipSync(body) : body).toString('latin1') }
  } catch {
    // Without signatures all files are sent whole, which is right where a disk was full, too.
    return { packed, body: '' }
  }
}
