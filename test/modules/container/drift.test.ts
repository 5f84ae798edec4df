import { describe, expect, it } from 'vitest'
import { file, secret } from '../../../src/index.ts'
import { hideSecrets } from '../../../src/core/secret/redactor.ts'
import { digestOf, short } from '../../../src/core/digest.ts'
import type { ContainerState } from '../../../src/core/probe.ts'
import { app, builtOf, fileStat, fine, judged, localFile, type HostAnswers } from '../../support/judge.ts'
import { bodyOf, builtImageOf, running } from '../../support/made.ts'
import { answersFor, code, named, onHost, run, www, type Options } from '../../support/user-container.ts'

describe('new content', () => {
  const mounts = { '/app/app.jar': code, '/www': www }
  const digests = (content: string) => short(builtOf('', [localFile('', content)]).digest)

  it.each<[string, Partial<Options>, Parameters<typeof run>[0], readonly string[]]>([
    [
      'of a single file recreates the container and says why',
      { mounts },
      { jar: 'j2' },
      [
        `mounts./app/app.jar: ${digests('j1')} /srv/user.jar:ro → ${digests('j2')} /srv/user.jar:ro ← user.jar ← User.java`,
      ],
    ],
    ['of a folder does not', { mounts }, { www: 'w2' }, []],
    [
      'of a single file does not where it is said',
      { mounts: { '/app/app.jar': { from: code, restart: false } } },
      { jar: 'j2' },
      [],
    ],
    [
      'of the image recreates it and says why',
      {},
      { image: 'i2' },
      [
        `image: jre:latest ${short(builtImageOf('', 'i1').fingerprint)} → jre:latest ${short(builtImageOf('', 'i2').fingerprint)} ← jre:latest ← User.java`,
      ],
    ],
  ])('%s', (_, options, versions, changes) => {
    const { changes: found, operation } = judged(
      named(options),
      answersFor(options),
      run(versions, ['User.java']),
    )
    // What is shown of a long line is cut; here the whole is wanted.
    expect(found.map((line) => line.replaceAll('…', ''))).toEqual(changes)
    expect(operation).toBe(changes.length > 0 ? 'recreate' : 'none')
  })

  it('of a folder recreates it where that is asked for', () => {
    const options = { mounts: { '/www': { from: www, restart: true } } }
    expect(judged(named(options), answersFor(options), run({ www: 'w2' }))).toMatchObject({
      changes: [expect.stringMatching(/^mounts\.\/www: .* ← www$/)],
      operation: 'recreate',
    })
  })

  it('of a secret file counts, and shows no digest of it', () => {
    const mounting = (content: string) => ({
      mounts: { '/key': file(app, '/srv/key', { content: secret(content) }) },
    })
    const before = named(mounting('a'))
    const answers = { 'container user': running(bodyOf(before, run()), onHost), 'image jre:latest': onHost }
    const { changes } = judged(named(mounting('b')), answers, run())
    expect(changes).toEqual([expect.stringMatching(/^mounts\.\/key: /)])
    expect(JSON.stringify([changes, answers])).not.toContain(digestOf('a').slice(0, 12))
  })
})

describe('what was changed by hand', () => {
  const options: Partial<Options> = {
    env: { PORT: 7000, KEY: secret('k') },
    labels: { team: 'blue' },
    command: ['java'],
    ports: { http: 80 },
    publish: { http: 80 },
    mounts: { '/app/app.jar': code },
  }
  const hand = (change: (state: ContainerState) => Partial<ContainerState>): HostAnswers => {
    const made = running(bodyOf(named(options), run()), onHost)
    return { 'container user': { ...made, ...change(made) }, 'image jre:latest': onHost }
  }

  it.each<[string, HostAnswers, string]>([
    [
      'a variable',
      hand(({ env }) => ({ env: env.map((line) => line.replace('7000', '1')) })),
      'env.PORT: 1 → 7000',
    ],
    [
      'a variable that is gone',
      hand(({ env }) => ({ env: env.filter((line) => !line.startsWith('PORT')) })),
      'env.PORT: none → 7000',
    ],
    ['a variable more', hand(({ env }) => ({ env: [...env, 'EVIL=1'] })), 'env.EVIL: 1 → none'],
    [
      'a variable of the image',
      hand(({ env }) => ({ env: env.map((line) => line.replace('LANG=C', 'LANG=x')) })),
      'env.LANG: x → none',
    ],
    [
      'a secret',
      hand(({ env }) => ({ env: env.map((line) => line.replace('KEY=k', 'KEY=x')) })),
      'env.KEY: [secret] → [secret]',
    ],
    ['a label', hand(({ labels }) => ({ labels: { ...labels, team: 'red' } })), 'labels.team: red → blue'],
    ['the command', hand(() => ({ command: ['sh'] })), 'command: ["sh"] → ["java"]'],
    [
      'a port',
      hand(() => ({ ports: [{ container: '80/tcp', host: '8080/tcp' }] })),
      'publish.80/tcp: 8080/tcp → 80/tcp',
    ],
    [
      'a port more',
      hand(({ ports }) => ({ ports: [...ports, { container: '81/tcp', host: '81/tcp' }] })),
      'publish.81/tcp: 81/tcp → none',
    ],
    [
      'a second binding of a port',
      hand(({ ports }) => ({ ports: [...ports, { container: '80/tcp', host: '81/tcp' }] })),
      'publish.80/tcp: 80/tcp,81/tcp → 80/tcp',
    ],
    ['how it is started again', hand(() => ({ restartPolicy: '' })), 'restart: no → unless-stopped'],
    [
      'a mount more',
      hand(({ binds }) => ({ binds: [...binds, '/etc:/etc:ro'] })),
      'mounts./etc: /etc:ro → none',
    ],
    [
      'a mount that became writable',
      hand(() => ({ binds: ['/srv/user.jar:/app/app.jar'] })),
      `mounts./app/app.jar: /srv/user.jar → ${short(builtOf('', [localFile('', 'j1')]).digest)} /srv/user.jar:ro ← user.jar`,
    ],
    ['a limit', hand(() => ({ memory: 1024 ** 3 })), 'memory: 1073741824 → none'],
    ['another limit', hand(() => ({ nanoCpus: 5e8 })), 'cpus: 0.5 → none'],
    ['a network more', hand(() => ({ networks: ['bridge', 'x'] })), 'network: bridge,x → bridge'],
    [
      'its image',
      hand(() => ({ imageId: `sha256:${'f'.repeat(64)}` })),
      `image: jre:latest ${'f'.repeat(12)} → jre:latest ${short(builtImageOf('', 'i1').fingerprint)}`,
    ],
    [
      'a file that it mounts',
      { ...hand(() => ({})), 'stat /srv/user.jar': fileStat('evil') },
      `mounts./app/app.jar: edited /srv/user.jar:ro → ${short(builtOf('', [localFile('', 'j1')]).digest)} /srv/user.jar:ro ← user.jar`,
    ],
  ])('is named: %s', (_, answers, change) => {
    expect(judged(named(options), answers, run())).toMatchObject({ changes: [change], operation: 'recreate' })
  })

  it.each<[string, Partial<ContainerState>, string[]]>([
    ['dropped by an engine that has no memory cgroup', { memory: 0 }, []],
    ['taken away by hand', { memory: -1 }, ['memory: none → 268435456']],
    ['set to another by hand', { memory: 1024 ** 3 }, ['memory: 1073741824 → 268435456']],
  ])('of a limit of memory is told when it was %s', (_, over, changes) => {
    const limited = named({ memory: '256m' })
    const made = { ...running(bodyOf(limited, run()), onHost), ...over }
    const answers = { 'container user': made, 'image jre:latest': onHost }
    expect(judged(limited, answers, run()).changes).toEqual(changes)
  })

  it('makes nothing a secret that was none', () => {
    const before = running(bodyOf(named({ env: { WAS_PLAIN: 'plain-8080' } }), run()), onHost)
    const answers = { 'container user': before, 'image jre:latest': onHost }
    const wanted = named({ env: { WAS_PLAIN: secret('hidden-8080') } })
    expect(judged(wanted, answers, run())).toMatchObject({
      changes: ['env.WAS_PLAIN: [secret] → [secret]'],
      operation: 'recreate',
    })
    expect(hideSecrets('plain-8080')).toBe('plain-8080')
  })

  it('shows a variable that only looks like a secret', () => {
    const before = running(bodyOf(named({ env: { NAME: 'secret:santa' } }), run()), onHost)
    const answers = { 'container user': before, 'image jre:latest': onHost }
    expect(judged(named({ env: { NAME: 'secret:elf' } }), answers, run())).toMatchObject({
      changes: ['env.NAME: secret:santa → secret:elf'],
    })
  })

  describe('where an older version made the container', () => {
    const older = (): HostAnswers => {
      const made = running(bodyOf(named({ env: { KEY: secret('k') } }), run()), onHost)
      const [field = '', spec = ''] =
        Object.entries(made.labels).find(([, value]) => value.includes('"env.KEY"')) ?? []
      const labels = { ...made.labels, [field]: spec.replace('\\u0000', '') }
      expect(labels[field]).toMatch(/"env\.KEY":"secret:[0-9a-f]{32}"/)
      return { 'container user': { ...made, labels }, 'image jre:latest': onHost }
    }

    it('is not seen in a secret that is the same', () => {
      expect(judged(named({ env: { KEY: secret('k') } }), older(), run())).toEqual(fine)
    })

    it('does not show a secret that is taken out', () => {
      expect(judged(named({}), older(), run())).toMatchObject({ changes: ['env.KEY: [secret] → none'] })
    })
  })

  it.each<[string, NonNullable<Options['mounts']>, string[]]>([
    ['a file', { '/app/app.jar': code }, ['/srv/user.jar']],
    ['a file whose changes do not matter', { '/app/app.jar': { from: code, restart: false } }, []],
    ['a folder', { '/www': www }, []],
    ['a folder whose changes matter', { '/www': { from: www, restart: true } }, []],
  ])('is looked for by hand in what is mounted: %s', (_, mounts, expected) => {
    const { probes } = named({ mounts }).bind(run())
    expect(probes.flatMap((probe) => (probe.ask === 'stat' ? [probe.path] : []))).toEqual(expected)
  })

  it('is not seen in what nobody changed: the file that it mounts is as it should be, or is only missing', () => {
    expect(
      judged(named(options), { ...hand(() => ({})), 'stat /srv/user.jar': fileStat('j1') }, run()),
    ).toEqual(fine)
    expect(
      judged(
        named(options),
        hand(() => ({})),
        run(),
      ),
    ).toEqual(fine)
  })

  it('is not guessed at while the image that it was made from is gone', () => {
    expect(judged(named(options), { ...hand(() => ({})), 'image jre:latest': undefined }, run())).toEqual(
      fine,
    )
  })

  it.each<[string, string | undefined]>([
    ['gone', undefined],
    ['no JSON', 'x'],
    ['something else', '[1]'],
  ])('recreates it where the label with its spec is %s', (_, spec) => {
    const answers = hand(({ labels }) => ({ labels: { ...labels, 'provision.spec': spec ?? '' } }))
    expect(judged(named(options), answers, run()).operation).toBe('recreate')
  })
})
