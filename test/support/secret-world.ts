/** Set beside every secret that a process is meant to have. */
export const meant = 'PLANTED_FOR_THIS_PROCESS'

/** The params of the playbook; one is of two characters, one a common word, one is used by nothing. */
export const params = `params: {
  word: { type: 'secret', env: 'PLANTED_WORD' }, key: { type: 'secret', env: 'PLANTED_KEY' },
  unused: { type: 'secret', env: 'PLANTED_UNUSED' }, pin: { type: 'secret', env: 'PLANTED_PIN' },
  common: { type: 'secret', env: 'PLANTED_COMMON' } },`

const print = (then: string): string => {
  const script = `echo "<$WORD>"; printf %s "u:$WORD" | base64 -w 0; echo; echo "$KEY"; printf %s "$KEY" | base64; ${then}`
  return JSON.stringify(['sh', '-c', script])
}

const given = `env: { WORD: params.word, KEY: params.key, LITERAL: literal, PIN: params.pin, COMMON: params.common, BOTH: text\`u:\${params.word}\`, ${meant}: '1' }`

/** The body of \`resources\`: secrets in every place that takes one; one container says them aloud. */
export const world = `return [
  file(one, '/etc/planted/key', { content: params.key, mode: 0o600 }),
  file(one, '/etc/planted/conf', { content: text\`word=\${params.word}\\nliteral=\${literal}\\n\` }),
  command(one, 'sum', { run: ['sh', '-c', 'printf %s "$WORD$KEY" | sha256sum > /srv/sum; sleep 1'], creates: '/srv/sum', ${given} }),
  command(one, 'asks', { run: ['sh', '-c', 'printf %s "$WORD$KEY" > /dev/null; : > /srv/asked'], unless: ['sh', '-c', 'sleep 0.3; test -n "$WORD$KEY" && test -e /srv/asked'], ${given} }),
  container(one, 'keeps', { image: tiny, command: ['sleep', '1000'], stopTimeout: '1s', ${given}, mounts: { '/key': file(one, '/etc/planted/mounted', { content: params.key }) } }),
  container(one, 'talks', { image: tiny, command: ${print('sleep 1000')}, stopTimeout: '1s', ${given}, ready: { command: ['sh', '-c', 'test -n "$WORD"'] } }),
]`

/** Runs that fail at each kind of resource: title, body, options, what they say. LATE stands for a text that no run knew before. */
export const failures: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'a command that says all it knows',
    `return [command(one, 'fails', { run: ${print('env; exit 3')}, creates: '/nowhere', ${given} })]`,
    '',
    /\[secret\]/,
  ],
  [
    'what happens after',
    'secret(LATE); return []',
    `after: async () => { throw new Error('rejected ' + LATE + literal) },`,
    /rejected/,
  ],
  [
    'a container that is not ready and says all it knows',
    `return [container(one, 'talks', { image: tiny, command: ${print('exit 3')}, ${given}, ports: { x: 80 }, ready: { tcp: 'x', timeout: '2s' } })]`,
    '',
    /\[secret\]/,
  ],
  ['the playbook itself', `secret(LATE); throw new Error('cannot go on with ' + LATE)`, '', /cannot go on/],
  [
    'a build that shows its environment',
    `return [push(one, artifact('env.txt', { run: ['sh', '-c', 'env; exit 5'], inputs: ['*.ts'], output: 'env.txt' }), { to: '/srv/env' })]`,
    '',
    /exit code 5/,
  ],
  [
    'a file that cannot be written',
    `return [file(one, '/proc/planted', { content: params.key })]`,
    '',
    /planted/,
  ],
  [
    'a secret among arguments',
    `return [command(one, 'argv', { run: ['echo', params.word], creates: '/nowhere' })]`,
    '',
    /is a secret/,
  ],
  [
    'a secret in a label',
    `return [container(one, 'keeps', { image: tiny, labels: { word: params.word } })]`,
    '',
    /is a secret/,
  ],
  [
    'a secret in a longer argument',
    `return [command(one, 'argv', { run: ['echo', text\`--word=\${params.word}\`], creates: '/nowhere' })]`,
    '',
    /is a secret/,
  ],
  [
    'a secret as the argument of a build',
    `return [container(one, 'keeps', { image: image('built', { build: '../../tiny', args: { WORD: params.word } }) })]`,
    '',
    /is a secret/,
  ],
  [
    'a secret as a path',
    `return [file(one, params.word, { content: 'x' })]`,
    '',
    /is not a text|is a secret/,
  ],
  [
    'a network that Docker refuses',
    `return [network(one, 'planted', { driver: 'nosuch' }), file(one, '/etc/planted/mounted', { content: params.key })]`,
    '',
    /nosuch/,
  ],
]

/** Where a node keeps what it was told to keep: declared files, and Docker's and containerd's own records of containers. */
export const quiet =
  /^\/etc\/planted\/(key|conf|mounted)$|^\/var\/lib\/docker\/(containers\/[0-9a-f]+\/(config\.v2\.json|[0-9a-f]+-json\.log)|containerd\/io\.containerd\.metadata\.v1\.bolt\/meta\.db)$|^\/run\/(docker\/)?containerd\/.*\/config\.json$/
