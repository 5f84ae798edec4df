import { expect, it } from 'vitest'
import { container, image, type ContainerOptions } from '../../../src/index.ts'
import { app, factsOf, judge, late } from '../../support/judge.ts'
import { builtImageOf } from '../../support/made.ts'
import { untyped } from '../../support/untyped.ts'

const fine: ContainerOptions<string, string> = { image: image('jre') }
const named = (over: Readonly<Record<string, unknown>>) => container(app, 'user', untyped(fine, over))

it.each<[string, Readonly<Record<string, unknown>>, string]>([
  ['a flag in a text', { init: 'yes' }, 'init: "yes" is neither true nor false'],
  ['a flag in a number', { readOnly: 1 }, 'readOnly: 1 is neither true nor false'],
  ['no flag at all', { noNewPrivileges: null }, 'noNewPrivileges: null is neither true nor false'],
  ['no size', { shmSize: 'lots' }, 'shmSize: "lots" is not an amount of memory'],
  ['a size of nothing', { shmSize: 0 }, 'shmSize: 0 bytes hold nothing'],
  ['folders in a list', { tmpfs: ['/tmp'] }, 'tmpfs: ["/tmp"] is not a record'],
  ['a relative folder', { tmpfs: { tmp: '1m' } }, 'tmpfs: "tmp" is not an absolute path'],
  ['a folder with a colon', { tmpfs: { '/a:b': '1m' } }, 'tmpfs: "/a:b" has a ":" in it'],
  ['a size that is none', { tmpfs: { '/a': true } }, 'tmpfs./a: true is not an amount of memory'],
  ['a misspelt option', { tmpfs: { '/a': { seize: 1 } } }, 'tmpfs./a: there is no option "seize"'],
  ['a mode in decimal', { tmpfs: { '/a': { mode: 700 } } }, 'tmpfs./a: 700 is not a mode'],
  ['another flag in a text', { tmpfs: { '/a': { exec: 1 } } }, 'tmpfs./a.exec: 1 is neither true nor false'],
  ['an unknown limit', { ulimits: { files: 1 } }, 'ulimits: "files" is none of core, cpu'],
  ['half a limit', { ulimits: { nofile: 1.5 } }, 'ulimits.nofile: 1.5 is not a limit'],
  ['a limit in a text', { ulimits: { nofile: '9' } }, 'ulimits.nofile: "9" is not a limit'],
  ['one limit of two', { ulimits: { nofile: { soft: 1 } } }, 'ulimits.nofile: {"soft":1} is not a limit'],
  [
    'a third limit',
    { ulimits: { nofile: { soft: 1, hard: 1, x: 1 } } },
    'ulimits.nofile: there is no option "x"',
  ],
  [
    'limits that cross',
    { ulimits: { nofile: { soft: 2, hard: 1 } } },
    'its soft limit 2 is above the hard one, 1',
  ],
  ['no limit below one', { ulimits: { nofile: { soft: -1, hard: 1 } } }, 'its soft limit -1 is above'],
  ['a name with a colon', { extraHosts: { 'a:b': '10.0.0.1' } }, 'extraHosts: "a:b" is not a host name'],
  ['a name as an address', { extraHosts: { a: 'hub' } }, 'extraHosts.a: "hub" is not an IP address'],
  ['a device by its name', { devices: ['fuse'] }, 'devices[0]: "fuse" is not an absolute path'],
  ['a device that is no list', { devices: '/dev/fuse' }, 'devices: "/dev/fuse" is not a list of paths'],
  ['a setting of the host', { sysctls: { 'vm.swappiness': 1 } }, 'sysctls: "vm.swappiness" is not a setting'],
  ['a setting of nothing', { sysctls: { 'net.core.somaxconn': null } }, 'somaxconn: null is not a text'],
  [
    'a driver that is none',
    { logging: { driver: 'a b' } },
    'logging.driver: "a b" is not the name of a driver',
  ],
  ['a driver alone', { logging: 'local' }, 'logging: its options are "local"'],
  ['options of no driver', { logging: { options: {} } }, 'logging.driver: undefined is not the name'],
  [
    'an option of another type',
    { logging: { driver: 'local', options: { a: {} } } },
    'logging.options.a: {}',
  ],
])('what a container runs with is refused at once: %s', (_, over, problem) => {
  expect(() => named(over)).toThrow(problem)
  expect(() => named(over)).toThrow(/^app › container user: /)
})

it('an address is looked at again once it is known', () => {
  const facts = factsOf([], [builtImageOf('jre:latest', 'i1')])
  expect(() => judge(named({ extraHosts: { a: late('hub') } }), {}, facts)).toThrow(
    'app › container user: extraHosts.a: "hub" is not an IP address',
  )
})
