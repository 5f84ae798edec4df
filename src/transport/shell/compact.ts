/** A script of ours without comments and indentation, which take room on a command line. */
export const compact = (script: string): string => script.replaceAll(/^ *#.*\n/gm, '').replaceAll(/^ +/gm, '')
