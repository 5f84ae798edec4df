/** What programs and functions of ours are called, that a start-up file may have replaced by functions of its own. */
const tools =
  'base64 cat chmod chown cp dd find gzip head id mkdir mv openssl printf rm rmdir sha256sum stat tail tar touch tr wc xargs'

/** What scripts begin with whose commands must do what they are known for, whatever the user's start-up files have set. */
export const plainShell = `LC_ALL=C; export LC_ALL; unset CDPATH TAR_OPTIONS; unset -f ${tools} 2>/dev/null`
