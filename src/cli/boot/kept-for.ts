/** Commands of which each keeps its own code: what others never call would have to be compiled by each run. */
export const frequent: readonly string[] = [
  'refresh',
  'status',
  'watch',
  'plan',
  'apply',
  'quickstart',
  'logs',
  'exec',
]

/** For which command code is kept; another guess than the call's own command costs no more than some compiling. */
export const keptFor = (argv: readonly string[]): string =>
  argv.find((word) => frequent.includes(word)) ?? 'any'
