import { expect, test } from 'vitest'
import { label } from '../../src/core/label.ts'
import { refuseForeign, refuseNewer } from '../../src/core/owned.ts'
import { ownCommand } from '../../src/core/text/own-command.ts'

test.each<[string, readonly (string | undefined)[]]>([
  ['nothing', []],
  ['what was made before there were versions', [undefined]],
  ['what is of this version, or an older one', ['1', '0', undefined]],
])('%s is not refused', (_, versions) => {
  expect(() => {
    refuseNewer(versions.map((version) => ({ title: 'volume v', version })))
  }).not.toThrow()
})

test.each<[readonly (string | undefined)[], string]>([
  [['2'], 'a0 was made by a newer provision (labels of version 2, this one knows 1)'],
  [
    ['1', '10', undefined, '2'],
    'a1, a3 were made by a newer provision (labels of version 10, this one knows 1)',
  ],
  [['x'], 'a0 was made by a newer provision (labels of version x, this one knows 1)'],
])('of versions %j those are named that are newer', (versions, message) => {
  expect(() => {
    refuseNewer(versions.map((version, i) => ({ title: `a${i}`, version })))
  }).toThrow(message)
})

const renamed = (kind: string, name: string) =>
  `rename or remove it there (docker ${kind} rm ${name}), or give this one another name in the playbook`

const copied =
  'list a volume of another name, carry that out with no container on it, and copy the data while none is on either: ' +
  `${ownCommand('ssh', 'app')}, then docker run --rm -v data:/from -v OTHER:/to IMAGE cp -a /from/. /to`

test.each([
  ['container', renamed('container', 'data')],
  ['network', renamed('network', 'data')],
  ['volume', copied],
])('the way out beside somebody else’s %s keeps what it holds', (kind, help) => {
  const refusing = () =>
    refuseForeign({ host: 'app', kind, name: 'data' }, 'data', {}, { playbook: 'p', environment: 'e' })
  expect(refusing).toThrow(expect.objectContaining({ code: 'conflict', help }))
})

const labelsOf = (playbook: string, environment: string) => ({
  [label.playbook]: playbook,
  [label.environment]: environment,
  [label.resource]: 'app/volume/data',
})

test.each([
  ['a renamed playbook', labelsOf('old', 'e'), "write name: 'old' again"],
  ['another environment', labelsOf('p', 'old'), 'call this one with --env old'],
  [
    'a renamed playbook in another environment',
    labelsOf('old', 'old'),
    "write name: 'old' again, and call this one with --env old",
  ],
])('the way to the data of a volume of %s', (_, labels, way) => {
  const refusing = () =>
    refuseForeign({ host: 'app', kind: 'volume', name: 'data' }, 'data', labels, {
      playbook: 'p',
      environment: 'e',
    })
  expect(refusing).toThrow(
    expect.objectContaining({ help: `if it is this one's own, ${way}; else ${copied}` }),
  )
})

test('a container of a renamed playbook goes on under its former name, or goes', () => {
  const labels = { ...labelsOf('old', 'e'), [label.resource]: 'app/container/web' }
  const refusing = () =>
    refuseForeign({ host: 'app', kind: 'container', name: 'web' }, 'web', labels, {
      playbook: 'p',
      environment: 'e',
    })
  expect(refusing).toThrow(
    expect.objectContaining({
      help: `if it is this one's own, write name: 'old' again; else ${renamed('container', 'web')}`,
    }),
  )
})
