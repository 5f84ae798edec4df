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

/** What a Dockerfile makes from one `FROM` to the next. */
export interface Stage {
  /** What its `FROM` names, arguments filled in: an image, a stage before it, or `scratch`. */
  readonly base: string
  /** In small letters. */
  readonly name: string | undefined
  /** After its `FROM`. */
  readonly steps: readonly Instruction[]
}

/** The stages that are built: none after the target. */
export function stagesOf(
  instructions: readonly Instruction[],
  args: Readonly<Record<string, string>>,
  target?: string,
): readonly Stage[] {
  const starts = instructions.flatMap(({ keyword }, index) => (keyword === 'FROM' ? [index] : []))
  const values = new Map<string, string>()
  for (const { keyword, rest } of instructions.slice(0, starts[0])) {
    if (keyword !== 'ARG') continue
    for (const [name, value] of defaultsOf(rest, values)) values.set(name, args[name] ?? value)
  }
  const stages = starts.map((start, i): Stage => {
    const words = (instructions[start]?.rest ?? '').split(/\s+/).filter((word) => !word.startsWith('--'))
    const [image = '', as, name] = words
    return {
      base: expand(image, values),
      name: as?.toLowerCase() === 'as' ? name?.toLowerCase() : undefined,
      steps: instructions.slice(start + 1, starts[i + 1]),
    }
  })
  const last = stages.findIndex(({ name }, i) => name === target?.toLowerCase() || String(i) === target)
  return target === undefined || last < 0 ? stages : stages.slice(0, last + 1)
}

/** The images that stages take from elsewhere, by `FROM` or `COPY --from`: none of themselves, not `scratch`. */
export function basesOf(stages: readonly Stage[]): readonly string[] {
  const known = new Set<string>()
  const bases = new Set<string>()
  for (const { base, name, steps } of stages) {
    if (base !== '' && base !== 'scratch' && !known.has(base.toLowerCase())) bases.add(base)
    if (name !== undefined) known.add(name)
    for (const { keyword, rest } of steps) {
      const from = keyword === 'COPY' ? /(?:^|\s)--from=(\S+)/.exec(rest)?.[1] : undefined
      if (from !== undefined && !/^\d+$/.test(from) && !known.has(from.toLowerCase())) bases.add(from)
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
