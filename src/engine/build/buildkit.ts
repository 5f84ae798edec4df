import type { Instruction } from './dockerfile.ts'

/** The options that the classic builder knows, of the instructions for which BuildKit knows more. */
const classic: Readonly<Record<string, ReadonlySet<string>>> = {
  RUN: new Set(),
  COPY: new Set(['--from', '--chown']),
  ADD: new Set(['--chown']),
}

/** What in an instruction only BuildKit knows: `RUN --mount`, or `RUN <<EOF`; undefined when the classic builder knows it all. */
export function onlyBuildKit({ keyword, rest }: Instruction): string | undefined {
  const known = classic[keyword]
  if (!known) return undefined
  const [options = ''] = /^(?:--\S+\s+)*/.exec(rest) ?? []
  const names = options.split(/\s+/).map((option) => option.replace(/=.*/, ''))
  const more =
    names.find((name) => name !== '' && !known.has(name)) ?? /(?:^|\s)(<<-?["']?[A-Za-z_]\w*)/.exec(rest)?.[1]
  return more === undefined ? undefined : `${keyword} ${more}`
}
