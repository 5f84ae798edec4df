import { fileURLToPath } from 'node:url'

/** The folder of this package: the code of the command line lies two folders below it, also when it is bundled. */
export const packageDir = fileURLToPath(new URL('../../', import.meta.url))
