import { expect, test } from 'vitest'
import { bash } from './bash.ts'

test.each([
  ['--rnus 5', "Unknown option '--rnus'"],
  ['--only typo', '--only typo: there are quickstart,'],
])('bench.sh %s is refused before anything is set up', async (options, message) => {
  // What sets up would end with another code here: no engine answers there.
  const env = { DOCKER_HOST: 'unix:///nonexistent/docker.sock', HOME: '/nonexistent' }
  const { code, stderr } = await bash({ script: `scripts/bench.sh ${options} < /dev/null`, env })
  expect(stderr).toContain(message)
  expect([code, stderr.trim().split('\n').length]).toEqual([2, 2])
})
