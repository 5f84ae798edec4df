import { expect, test } from 'vitest'
import { manifestPath } from '../../../src/core/mirror/manifest.ts'
import type { Probe } from '../../../src/core/probe.ts'
import { homePlace, loginPlace } from '../../../src/transport/files/own-place.ts'
import { removal } from '../../support/resource.ts'

const never = new AbortController().signal
const note = manifestPath({ playbook: 'p', environment: 'e' }, 'app/tree//srv/www')
const name = note.slice(note.lastIndexOf('/') + 1)
const read = (path: string): Probe => ({ ask: 'read', path })

function place(home: string) {
  const asked: Probe[] = []
  const own = homePlace((probes) => {
    asked.push(...probes)
    return Promise.resolve(probes.map(() => ({ code: 0, output: home })))
  })
  return { own, asked }
}

test('what a login without rights of root keeps of ours lies in its home, which is asked for once', async () => {
  const { own, asked } = place('/home/ann')
  const others = [read('/etc/motd'), { ask: 'image', ref: 'jre:latest' }] as const
  expect(await own.probes(others, never)).toBe(others)
  expect(asked).toEqual([])
  const mine = { ...read(`/home/ann/.provision-trees/${name}`), otherwise: { of: 'root', path: note } }
  expect(await own.probes([...others, read(note)], never)).toEqual([...others, mine])
  expect(await own.actions([removal('/srv/x'), removal(note)], never)).toEqual([
    removal('/srv/x'),
    removal(`/home/ann/.provision-trees/${name}`),
  ])
  expect(asked).toHaveLength(1)
})

test('it stays where it is said to be where the login has no home', async () => {
  const { own } = place('')
  expect(await own.probes([read(note)], never)).toMatchObject([read(note)])
})

test('root finds what its login kept in its home before', async () => {
  const probes = [read('/etc/motd'), read(note)]
  expect(await loginPlace.probes(probes, never)).toEqual([
    read('/etc/motd'),
    { ...read(note), otherwise: { of: 'login', belowHome: `.provision-trees/${name}` } },
  ])
  expect(await loginPlace.actions([removal(note)], never)).toEqual([removal(note)])
})
