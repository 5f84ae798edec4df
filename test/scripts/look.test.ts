import { expect, test } from 'vitest'
import { bash } from './bash.ts'

type Machine = {
  readonly have: string
  readonly state: 'ok' | 'denied' | 'down'
  readonly user: 'root' | 'in-group' | 'plain'
  readonly image: boolean
  /** What else than the main job the machine is for. */
  readonly also?: 'for_tests' | 'for_benchmarks'
}

/** What the set-up decides on a machine, described by answers instead of by what is really installed here. */
const look = async ({ have, state, user, image, also }: Machine) => {
  const script = `
    has_command() { [[ " ${have} " == *" $1 "* ]]; }
    engine_state() { echo ${state}; }
    node() { [[ $2 == has ]] && ${String(image)}; }
    id() { case $1 in -u) echo ${user === 'root' ? '0' : '1000'} ;; -un) echo ann ;; -nG) echo ann ${user === 'in-group' ? 'docker' : ''} ;; esac; }
    unset DOCKER_HOST
    ${also ?? ''}
    look
    echo "packages: \${_packages[*]-}"
    for step in "\${_steps[@]}"; do echo "step: $step"; done`
  const { stdout } = await bash({ source: 'scripts/lib/setup.sh', script })
  const lines = stdout.trimEnd().split('\n')
  return {
    packages: lines[0]?.replace(/^packages: ?/, ''),
    steps: lines.slice(1).map((line) => line.replace(/^step: /, '').replace(/:? .*/, '')),
  }
}

const all = 'docker dockerd ssh mmdebstrap'

test.each<[string, Machine, string, string[]]>([
  ['nothing to do', { have: all, state: 'ok', user: 'root', image: true }, '', []],
  ['nothing to do for a user', { have: all, state: 'ok', user: 'plain', image: true }, '', []],
  [
    'a bare machine',
    { have: '', state: 'down', user: 'root', image: false },
    'docker.io iptables openssh-client',
    ['install', 'start', 'install', 'get'],
  ],
  [
    'a client without an engine',
    { have: 'docker ssh mmdebstrap', state: 'down', user: 'root', image: false },
    'docker.io iptables',
    ['install', 'start'],
  ],
  ['an engine that is stopped', { have: all, state: 'down', user: 'root', image: false }, '', ['start']],
  [
    'an engine this user may not use',
    { have: all, state: 'denied', user: 'plain', image: true },
    '',
    ['add'],
  ],
  [
    'the group counts from the next login',
    { have: all, state: 'denied', user: 'in-group', image: true },
    '',
    [],
  ],
  [
    'a bare machine, in the group',
    { have: 'ssh', state: 'down', user: 'in-group', image: false },
    'docker.io iptables',
    ['install', 'start', 'get'],
  ],
  ['no mmdebstrap, but the image', { have: 'dockerd ssh', state: 'ok', user: 'root', image: true }, '', []],
  [
    'neither mmdebstrap nor the image',
    { have: 'dockerd ssh', state: 'ok', user: 'root', image: false },
    '',
    ['get'],
  ],
  [
    'benchmarks need an sshd',
    { have: all, state: 'ok', user: 'root', image: true, also: 'for_benchmarks' },
    'openssh-server',
    ['install'],
  ],
  [
    "benchmarks need Docker's client, which is looked for once apt has its lists",
    {
      ...{ have: 'apt-get ssh sshd mmdebstrap', state: 'down', user: 'root', image: true },
      also: 'for_benchmarks',
    },
    'docker.io iptables',
    ['install', 'start', 'install'],
  ],
  [
    'the main job does without it',
    { have: 'apt-get dockerd ssh mmdebstrap', state: 'ok', user: 'root', image: true },
    '',
    [],
  ],
  [
    'tests need what their hosts have, and nothing that is there',
    { have: `${all} busybox zsh ksh`, state: 'ok', user: 'root', image: true, also: 'for_tests' },
    'openssh-server sudo fish tcsh mksh',
    ['install', 'install'],
  ],
  [
    'all of it is there',
    {
      ...{ have: `${all} sshd sudo busybox fish tcsh zsh mksh ksh`, state: 'ok', user: 'root', image: true },
      also: 'for_tests',
    },
    '',
    [],
  ],
])('%s', async (_title, machine, packages, steps) => {
  expect(await look(machine)).toEqual({ packages, steps })
})
