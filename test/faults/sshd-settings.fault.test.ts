import { afterAll, describe, expect, it } from 'vitest'
import { connectHost } from '../../src/transport/host.ts'
import { effort, tally } from '../support/faults.ts'
import { hostJob, type JobOptions } from '../support/host-job.ts'
import { startSshd } from '../support/sshd.ts'
import { survive, type Clear, type Expected } from '../support/survive.ts'
import { never } from '../support/transport.ts'

const { seed, points } = effort()
const isAll = points(0, 1) === 1

interface Row {
  readonly settings: readonly string[]
  readonly expected?: Expected
  readonly job?: JobOptions
  /** What Docker is asked must be answered, too. */
  readonly docker?: true
  readonly sample?: true
  /** Seconds. */
  readonly within?: number
}

const large = { large: 5_000_000, small: 12 }
const noCommands: Clear = {
  code: 'host',
  message: /^box: the login shell of \w+ runs no commands \(ended( with \d+)?\)$/,
  help: /ForceCommand/,
}
const noSession: Clear = {
  code: 'host',
  message: /^box: sshd opens no session/,
  help: /MaxSessions/,
}

// What need not come whole travels without it.
const noSftp: Clear = {
  code: 'host',
  message: /^box: sshd offers no SFTP/,
  help: /Subsystem sftp internal-sftp/,
}

const rows: Readonly<Record<string, Row>> = {
  'MaxSessions 1': { settings: ['MaxSessions 1'], job: large, sample: true },
  'MaxSessions 1, with Docker': { settings: ['MaxSessions 1'], docker: true, sample: true },
  'MaxSessions 2, with Docker': { settings: ['MaxSessions 2'], docker: true, job: large },
  'MaxSessions 0': { settings: ['MaxSessions 0'], expected: noSession },
  'MaxStartups 1': { settings: ['MaxStartups 1'], job: large },
  'MaxStartups 2:50:3': { settings: ['MaxStartups 2:50:3'], job: large },
  'no forwarding of sockets': { settings: ['AllowStreamLocalForwarding no'], docker: true, sample: true },
  'no forwarding of ports': { settings: ['AllowTcpForwarding no'], docker: true },
  'no forwarding at all': { settings: ['DisableForwarding yes'], docker: true },
  'no forwarding at all, MaxSessions 1': {
    settings: ['DisableForwarding yes', 'MaxSessions 1'],
    docker: true,
  },
  'no forwarding at all, MaxSessions 3': {
    settings: ['DisableForwarding yes', 'MaxSessions 3'],
    docker: true,
  },
  'ForceCommand of another command': {
    settings: ['ForceCommand echo go away'],
    expected: noCommands,
    sample: true,
  },
  'ForceCommand that shows what was asked for': {
    settings: ['ForceCommand echo "$SSH_ORIGINAL_COMMAND"'],
    expected: noCommands,
  },
  'ForceCommand that runs what was asked for': { settings: ['ForceCommand sh -c "$SSH_ORIGINAL_COMMAND"'] },
  'ForceCommand internal-sftp': { settings: ['ForceCommand internal-sftp'], expected: noCommands },
  'ForceCommand that never ends': {
    settings: ['ForceCommand sleep 300'],
    expected: {
      code: 'host',
      message: /^box: the login shell of \w+ has run nothing after 30 s/,
      help: /ForceCommand/,
    },
    within: 70,
  },
  'no SFTP': {
    settings: ['Subsystem sftp /bin/false'],
    job: large,
    expected: ['done', noSftp],
  },
  'SFTP of another kind': {
    settings: ['Subsystem sftp-other internal-sftp', 'Subsystem sftp /nowhere/sftp-server'],
    job: large,
    expected: ['done', noSftp],
  },
  'no terminals': { settings: ['PermitTTY no'], job: large },
  'a banner': { settings: ['Banner /etc/services'], job: large },
  'no key of this kind': {
    settings: ['PubkeyAcceptedAlgorithms ssh-rsa'],
    expected: { code: 'host', message: /^box: \w+@.* refuses the login with key/, help: /authorized_keys/ },
  },
  'no root': {
    settings: ['PermitRootLogin no'],
    expected: {
      code: 'host',
      message: /^box: root@.* refuses the login with key/,
      help: /log of sshd there tells why/,
    },
  },
  'other ciphers only': { settings: ['Ciphers aes128-ctr', 'MACs hmac-sha2-256'], job: large },
  'no common ciphers': {
    settings: ['Ciphers 3des-cbc', 'KexAlgorithms sntrup761x25519-sha512@openssh.com'],
    expected: { code: 'host', message: /^box: 127.*[Nn]o matching/, help: /./ },
  },
  'keys exchanged again and again': { settings: ['RekeyLimit 500K 1s'], job: large, sample: true },
  'connections that may not rest': {
    settings: ['ClientAliveInterval 1', 'ClientAliveCountMax 1'],
    job: large,
  },
  compression: { settings: ['Compression yes'], job: large },
  'one attempt to log in': { settings: ['MaxAuthTries 1'], job: large },
}

describe('an sshd with', () => {
  let survived = 0
  afterAll(() => tally('settings of sshd survived', survived))
  for (const [
    title,
    { settings, expected = 'done', job: options, docker, sample, within = 30 },
  ] of Object.entries(rows)) {
    it.runIf(isAll || sample)(title, async () => {
      const sshd = await startSshd({}, settings)
      try {
        const job = hostJob(sshd.folder, seed, options ?? { large: 0, small: 12 })
        await survive(job, sshd.target, expected, { within })
        if (docker) expect(await askDocker(sshd.target)).toBe(40)
        survived++
      } finally {
        await sshd.stop()
      }
    })
  }
})

/** Asks files and Docker side by side, as plans do, and gives how many answers came. */
async function askDocker(target: Parameters<typeof connectHost>[0]): Promise<number> {
  const host = await connectHost(target, never)
  try {
    const names = Array.from({ length: 20 }, (_, i) => `no-such-container-${i}`)
    const probes = names.flatMap((name) => [
      { ask: 'container', name } as const,
      { ask: 'stat', path: `/${name}` } as const,
    ])
    const [asked] = await Promise.all([host.probe(probes, never), host.probe(probes, never)])
    return asked.filter((answer) => answer === undefined).length
  } finally {
    await host.close()
  }
}
