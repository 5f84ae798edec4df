import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const text = readFileSync(join(root, 'SECURITY.md'), 'utf8')
const named = [...text.matchAll(/`((?:test|src|scripts|boxes)\/[\w./-]+)`/g)].map(([, path]) => path ?? '')
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => [path, readFileSync(join(root, 'src', path), 'utf8')] as const)

describe('SECURITY.md', () => {
  it.each([...new Set(named)])('names %s, which is there', (path) => {
    expect(existsSync(join(root, path))).toBe(true)
  })

  it('names a test for each promise', () => {
    const promised = /## What is promised\n([\s\S]*?)\n## What is not promised/.exec(text)?.[1] ?? ''
    const sections = promised.split(/^### /m).slice(1)
    expect(sections.length).toBeGreaterThan(4)
    for (const section of sections) expect(section).toMatch(/`(?:test|scripts)\/[\w./-]+`/)
  })
})

describe('the sources', () => {
  it('start no SSH client but with a configuration of ours, or to ask for the user’s', () => {
    const starts = sources.flatMap(([path, source]) =>
      [...source.matchAll(/(?:spawn|execFile\)?|run)\(\s*'ssh',\s*(.*)/g)].map(
        ([, rest]) => `${path}: ${rest ?? ''}`,
      ),
    )
    expect(starts.length).toBeGreaterThan(1)
    for (const start of starts) expect(start).toMatch(/: args, |\['-G', |\['-V'\]/)
  })

  it('reveal secrets only where they leave for a host, or are compared', () => {
    const places = sources.filter(([, source]) => /\breveal\b/.test(source)).map(([path]) => path)
    expect(places.sort()).toEqual(
      [
        // For `after`, which needs its passwords.
        'core/playbook/index.ts',
        'core/ref.ts',
        'core/secret/redactor.ts',
        'core/rules/index.ts',
        'core/secret/index.ts',
        'modules/container/spec.ts',
        'modules/file.ts',
        'transport/shell/exports.ts',
        'transport/docker/actions.ts',
        'transport/files/local-content.ts',
      ].sort(),
    )
  })

  it('switch no check of host keys off', () => {
    for (const [path, source] of sources)
      expect(`${path} ${source}`).not.toMatch(/StrictHostKeyChecking (?!yes)|agentForward/)
  })
})
