/** What `openssl` says of nothing. */
const ofNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/**
 * Sets `$sum` to the command that prints SHA-256 checksums of large files fastest: `openssl` where there is one that does it
 * as expected, else `sha256sum`. In Debian 12 the former takes 0.2 s for 200 MB and the latter 0.8 s, but 8 ms to start.
 */
export const fastSum = `sum=sha256sum
case $(openssl dgst -sha256 -r -- /dev/null 2>/dev/null) in '${ofNothing} '*) sum='openssl dgst -sha256 -r' ;; esac`

/** From here on it takes less to start what is fast then. Bytes. */
const large = 8 * 1024 * 1024

/** Sets `$sum` to what prints the checksums of so many bytes. */
export const sumFor = (bytes: number): string => (bytes < large ? 'sum=sha256sum' : fastSum)
