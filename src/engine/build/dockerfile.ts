/** One instruction of a Dockerfile, its continuation lines joined. */
export interface Instruction {
  /** In capitals: `FROM`. */
  readonly keyword: string
  readonly rest: string
  /** Of its first line, from 1. */
  readonly line: number
}

/** Reads a Dockerfile as the classic builder does: comments, the `escape` directive, continuation lines. */
export function parseDockerfile(text: string): readonly Instruction[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const escape = escapeOf(lines)
  const instructions: Instruction[] = []
  let open: { text: string; line: number } | undefined
  for (const [index, line] of lines.entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    const trimmed = line.trimEnd()
    const continues = trimmed.endsWith(escape)
    const part = continues ? trimmed.slice(0, -1) : line
    open = open ? { ...open, text: open.text + part } : { text: part, line: index + 1 }
    if (continues) continue
    instructions.push(instructionOf(open))
    open = undefined
  }
  return open ? [...instructions, instructionOf(open)] : instructions
}

function instructionOf({ text, line }: { text: string; line: number }): Instruction {
  const [, keyword = '', rest = ''] = /^\s*(\S+)\s*([^]*)$/.exec(text) ?? []
  return { keyword: keyword.toUpperCase(), rest: rest.trim(), line }
}

/** Directives are comments before anything else. */
function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const [, name, value] = /^\s*#\s*([a-z]+)\s*=\s*(\S+)\s*$/i.exec(line) ?? []
    if (name === undefined) break
    if (name.toLowerCase() === 'escape' && value !== undefined) return value
  }
  return '\\'
}

/**
 * The images that a Dockerfile takes from elsewhere, by `FROM` or `COPY --from`: not its own stages, not `scratch`,
 * nothing after the target stage.
 */
export function basesOf(
  instructions: readonly Instruction[],
  args: Readonly<Record<string, string>>,
  target?: string,
): readonly string[] {
  const values = new Map<string, string>()
  const stages = new Set<string>()
  const bases = new Set<string>()
  let stage = -1
  let last = false
  for (const { keyword, rest } of instructions) {
    if (keyword === 'ARG' && stage < 0) {
      for (const [name, value] of defaultsOf(rest, values)) values.set(name, args[name] ?? value)
    }
    if (keyword === 'FROM') {
      if (last) break
      const [image = '', as, name] = rest.split(/\s+/).filter((word) => !word.startsWith('--'))
      const base = expand(image, values)
      if (base !== '' && base !== 'scratch' && !stages.has(base.toLowerCase())) bases.add(base)
      stage++
      const called = as?.toLowerCase() === 'as' ? name?.toLowerCase() : undefined
      if (called !== undefined) stages.add(called)
      last = target !== undefined && (called === target.toLowerCase() || String(stage) === target)
    }
    if (keyword === 'COPY') {
      const from = /(?:^|\s)--from=(\S+)/.exec(rest)?.[1]
      if (from !== undefined && !/^\d+$/.test(from) && !stages.has(from.toLowerCase())) bases.add(from)
    }
  }
  return [...bases]
}

/** `ARG a=1 b="x y" c`, where a value may use the ones before. */
function defaultsOf(rest: string, values: ReadonlyMap<string, string>): [string, string][] {
  const known = new Map(values)
  return [...rest.matchAll(/([A-Za-z_]\w*)(?:=("[^"]*"|'[^']*'|\S*))?/g)].map(([, name = '', value = '']) => {
    const bare = /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value
    known.set(name, value.startsWith("'") ? bare : expand(bare, known))
    return [name, known.get(name) ?? '']
  })
}

/** `$X`, `${X}`, `${X:-default}`, `${X:+other}`. */
function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text
    .replaceAll(/\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::([-+])([^}]*))?\})/g, (...groups: unknown[]) => {
      const [, plain, braced, operator, word] = groups.map((group) =>
        typeof group === 'string' ? group : '',
      )
      const value = values.get(plain || braced || '') ?? ''
      if (operator === '-') return value || expand(word ?? '', values)
      if (operator === '+') return value && expand(word ?? '', values)
      return value
    })
    .replaceAll(/^["']|["']$/g, '')
}
