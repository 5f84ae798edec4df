import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { numberOf, textOf, type Fields } from '../../src/core/history/journal-fields.ts'
import { isObject } from '../../src/core/rules/shape.ts'
import { startLive } from '../support/live.ts'
import { scratch, type Scratch } from '../support/scratch.ts'

/** `--profile` on one node: what it tells and writes, and what it shows of a run that finds nothing to do. */
describe('a profile', () => {
  let project: Scratch

  beforeAll(() => {
    project = scratch('one')
    project.playbook(`return [
      tree(one, '/var/pages', { from: '../../pages' }),
      container(one, 'idle', { image: tiny, command: ['sleep', '1000'], stopTimeout: '1s' }),
    ]`)
  })
  afterAll(() => project.remove())

  const withFiles = (count: number): void => {
    for (let i = 0; i < count; i++) project.write(`pages/${i % 7}/page ${i}.html`, `<p>${i}`)
  }
  /** The profile of a call that must go well. */
  const profileOf = async (...args: readonly string[]): Promise<Fields> => {
    const { code, events, stderr } = await project.provision([...args, '--json', '--profile'])
    expect([code, stderr]).toEqual([0, ''])
    const told = events.find(({ event, command }) => event === 'result' && command === 'profile')?.['data']
    return isObject(told) ? told : {}
  }
  const hostIn = ({ hosts }: Fields): Fields => (Array.isArray(hosts) && isObject(hosts[0]) ? hosts[0] : {})
  const traceIn = (told: Fields): readonly Fields[] => {
    const trace: unknown = JSON.parse(readFileSync(textOf(told['trace']), 'utf8'))
    const events = isObject(trace) ? trace['traceEvents'] : undefined
    return Array.isArray(events) ? events.filter(isObject) : []
  }

  it('names what was made, and the way to the end of the run', async () => {
    withFiles(20)
    const told = await profileOf('quickstart')
    expect(textOf(told['trace'])).toMatch(/\/\.provision\/profile-[\dTZ-]+\.json$/)
    expect(told['phases']).toMatchObject(['box', 'nodes', 'build', 'plan', 'apply'].map((name) => ({ name })))
    const slowest = JSON.stringify(told['slowest'])
    for (const name of ['tree /var/pages', 'container idle']) expect(slowest).toContain(`"name":"${name}"`)
    const ways = Array.isArray(told['criticalPath']) ? told['criticalPath'].filter(isObject) : []
    expect(ways.length).toBeGreaterThan(3)
    for (const [i, way] of ways.slice(1).entries()) {
      expect(numberOf(way['start'])).toBeGreaterThanOrEqual(numberOf(ways[i]?.['end']) - 3)
    }
  })

  it('is a trace that viewers read: named processes and threads, and spans on them', async () => {
    const events = traceIn(await profileOf('refresh'))
    const spans = events.filter(({ ph }) => ph === 'X')
    const named = (what: string) => events.filter(({ name }) => name === what)
    expect(named('process_name').map(({ args }) => args)).toMatchObject([
      { name: 'provision' },
      { name: 'one' },
    ])
    expect(spans.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['load the playbook', 'find the hosts', 'build', 'plan', 'connect', 'ask']),
    )
    for (const { pid, tid, ts, dur } of spans) {
      expect(named('thread_name')).toContainEqual(expect.objectContaining({ pid, tid }))
      expect([ts, dur].every((time) => Number.isInteger(time) && numberOf(time) >= 0)).toBe(true)
    }
  })

  it('tells people the same in tables', async () => {
    const { stdout } = await project.provision(['status', '--profile', '--plain'])
    expect(stdout).toMatch(/^critical path +began at +took$/m)
    expect(stdout).toMatch(/^host +connect +ask .* turns +sent +received\none +\d+ ms /m)
    expect(stdout).toMatch(/^trace, .*: \/.*\.json$/m)
  })

  it('shows that a run with nothing to do goes to the host as often for 300 files as for 20', async () => {
    await profileOf('refresh')
    const few = hostIn(await profileOf('refresh'))
    withFiles(300)
    expect(hostIn(await profileOf('refresh'))['workMs']).toBeGreaterThan(0)
    const many = hostIn(await profileOf('refresh'))
    expect(many['workMs']).toBe(0)
    const trips = ({ connections, channels, requests }: Fields) => ({ connections, channels, requests })
    expect(trips(many)).toEqual(trips(few))
    expect(trips(many)).toMatchObject({ connections: 1 })
    expect(numberOf(many['received'])).toBeGreaterThan(numberOf(few['received']))
  })

  it('of a watch is told of each of its runs, which counts what it has sent itself', async () => {
    const watch = startLive(project.cli, ['watch', '--json', '--profile'], project.dir)
    await watch.until('watching', 1)
    project.write('pages/0/page 0.html', '<p>edited')
    await watch.until('watching', 2)
    watch.kill('SIGINT')
    await watch.ended
    const told = watch.events().filter(({ event, command }) => event === 'finished' || command === 'profile')
    expect(told.map(({ event }) => event)).toEqual(['result', 'finished', 'result', 'finished', 'finished'])
    const [first, second] = told.filter(({ event }) => event === 'result').map(({ data }) => data)
    const [one, two] = [first, second].map((data) => hostIn(isObject(data) ? data : {}))
    expect(one).toMatchObject({ host: 'one', connections: 1 })
    expect(two).toMatchObject({ host: 'one', connections: 0 })
    expect(numberOf(two?.['sent'])).toBeGreaterThan(0)
    expect(JSON.stringify(second)).toContain('"name":"tree /var/pages"')
  })
})
