import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quoteAll } from '../../src/core/quote.ts'
import { cli } from '../support/the-cli.ts'
import { fakeEngine, tell, type FakeEngine } from '../support/fake-engine.ts'
import { plainPlaybook, projectWith, type Project } from '../support/playbook-folder.ts'

let project: Project
/** One on which nothing is. */
let engine: FakeEngine

beforeAll(async () => {
  project = projectWith({ 'playbooks/shop/playbook.ts': plainPlaybook('shop') })
  engine = await fakeEngine((path, response) => {
    if (path.includes('/volumes')) tell(response, { Volumes: [] })
    else tell(response, ['containers', 'networks', 'images'].some((kind) => path.includes(kind)) ? [] : {})
  })
})
afterAll(async () => {
  await engine.stop()
  project.remove()
})

/** Calls the tool in a terminal, and types this when it asks. */
async function answered(keys: string) {
  const line = quoteAll([process.execPath, cli.bin, 'destroy'])
  const env = { ...process.env, DOCKER_HOST: `unix://${engine.path}` }
  const child = spawn('script', ['-qec', line, '/dev/null'], { cwd: project.dir, env })
  let text = ''
  child.stdout.on('data', (chunk) => {
    const before = text
    text += String(chunk)
    if (text.includes('[y/N]') && !before.includes('[y/N]')) child.stdin.write(keys)
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, text }
}

describe('a question in a terminal', () => {
  it.each([
    ['no', 'n\r', 1, /nothing was removed/],
    ['nothing', '\r', 1, /nothing was removed/],
    ['the end of input', '\u0004', 1, /nothing was removed/],
    ['Ctrl-C', '\u0003', 130, /stopped; nothing was changed/],
    ['yes', 'y\r', 0, /there was nothing to remove/],
  ])('answered with %s', async (_, keys, code, message) => {
    const answer = await answered(keys)
    expect(answer.text).toMatch(/Remove the hosts web of environment shop\? \[y\/N\]/)
    expect(answer.text).toMatch(message)
    expect(answer.code).toBe(code)
  })
})
