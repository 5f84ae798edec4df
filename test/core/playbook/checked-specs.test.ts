import { join } from 'node:path'
import { expect, it } from 'vitest'
import { problemsOf } from '../../support/compile.ts'

const rows: readonly (readonly [param: string, problem: RegExp])[] = [
  [`{ type: 'int', defualt: 8080 }`, /'number' is not assignable to type 'NoSuchOption<"defualt">'/],
  [`{ type: 'boolean', defualt: true }`, /'boolean' is not assignable to type 'NoSuchOption<"defualt">'/],
  [`{ type: 'string', choises: ['a'] }`, /'NoSuchOption<"choises">'/],
  [`{ type: 'string', default: 'a', max: 5 }`, /'number' is not assignable to type 'NoSuchOption<"max">'/],
  [
    `{ type: 'secret', env: 'K', default: 'pw' }`,
    /'string' is not assignable to type 'NoSuchOption<"default">'/,
  ],
  [`{ type: 'string', choices: ['a', 'b'], default: 'c' }`, /'NotAmongChoices<"[ab]" \| "[ab]">'/],
  [`{ tpye: 'int' }`, /'tpye' does not exist in type/],
]

const text = [
  `import { defineBox, definePlaybook } from 'provision'; const box = defineBox({ name: 'b', build: '.' })`,
  ...rows.map(
    ([param], i) =>
      `export const p${i} = definePlaybook({ name: 'p', box, hosts: ['web'], params: { x: ${param} }, resources: () => [] })`,
  ),
].join('\n')

const told = new Map(problemsOf(join(import.meta.dirname, 'written.ts'), text))

it.each(rows.map(([param, problem], i) => [param, problem, i + 1] as const))(
  'the compiler names what is wrong in %s',
  (_, problem, line) => {
    expect(told.get(line)).toMatch(problem)
    expect(told.get(line)).not.toMatch(/'never'/)
  },
)

it('and nothing else is wrong', () => {
  expect([...told.keys()]).toEqual(rows.map((_, i) => i + 1))
})
