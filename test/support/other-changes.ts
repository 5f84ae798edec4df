export const web = 'east/container/web'
const db = 'hub/container/db'
/** What a row replaces in the playbook by what, and what the plan then names. */
export const rows: [string, string, string, Record<string, string[]>][] = [
  ['a word of the command', 'qw(200_OK)', 'qw(201_Created)', { [web]: ['command'] }],
  ['a variable', 'LEVEL: 3', 'LEVEL: 4', { [web]: ['env.LEVEL'] }],
  ['a variable less', 'LEVEL: 3, ', '', { [web]: ['env.LEVEL'] }],
  ['a variable more', 'LEVEL: 3', `LEVEL: 3, MORE: ''`, { [web]: ['env.MORE'] }],
  ['a label', `team: 'blue'`, `team: 'red'`, { [web]: ['labels.team'] }],
  ['a label less', `labels: { team: 'blue' }, `, '', { [web]: ['labels.team'] }],
  ['memory', `memory: '64m'`, `memory: '65m'`, { [web]: ['memory'] }],
  ['no limit of memory', `memory: '64m', `, '', { [web]: ['memory'] }],
  ['CPUs', 'cpus: 0.5', 'cpus: 0.75', { [web]: ['cpus'] }],
  ['a user', `user: '1000:1000'`, `user: '1001'`, { [web]: ['user'] }],
  ['a folder to work in', `workdir: '/tmp'`, `workdir: '/'`, { [web]: ['workdir'] }],
  ['a host name', `hostname: 'shopfront'`, `hostname: 'front'`, { [web]: ['hostname'] }],
  ['a capability', `add: ['NET_ADMIN']`, `add: ['NET_ADMIN', 'SYS_TIME']`, { [web]: ['capabilities.add'] }],
  ['a capability less', `drop: ['CHOWN']`, `drop: []`, { [web]: ['capabilities.drop'] }],
  ['a restart policy', `restart: 'on-failure'`, `restart: 'always'`, { [web]: ['restart'] }],
  ['a time to stop', `stopTimeout: '2s'`, `stopTimeout: '3s'`, { [web]: ['stopTimeout'] }],
  [
    'another published port',
    'publish: { http: port }',
    'publish: { http: 8085 }',
    { [web]: ['publish.8080/tcp'], 'south/container/web': ['env.UPSTREAM'] },
  ],
  [
    'one more published port',
    'publish: { http: port }',
    'publish: { http: port, admin: 8081 }',
    { [web]: ['publish.8081/tcp'] },
  ],
  [
    'an address to publish at',
    `address: '127.0.0.1'`,
    `address: '0.0.0.0'`,
    { 'south/container/web': ['publish.9000/tcp'] },
  ],
  [
    'a UDP port less',
    'publish: { stream: 5000, packets: 5000 }',
    'publish: { stream: 5000 }',
    { [db]: ['publish.5000/udp'] },
  ],
  ['a name of a port', `ready: { tcp: 'http' }`, `ready: { http: '/', port: 'http' }`, {}],
  [
    'a mount that is writable',
    `'/spool': spool`,
    `'/spool': { from: spool, readOnly: true }`,
    { [db]: ['mounts./spool'] },
  ],
  ['a mount less', `'/data': data, `, '', { [db]: ['mounts./data'] }],
  ['a mount elsewhere', `'/data': data`, `'/dates': data`, { [db]: ['mounts./data', 'mounts./dates'] }],
  [
    'no network',
    `image: tiny, network: net, command: ['sleep'`,
    `image: tiny, command: ['sleep'`,
    { 'hub/container/peer': ['network'] },
  ],
  ['a mode', 'mode: 0o640', 'mode: 0o600', { 'hub/file//etc/etest/conf.ini': ['mode'] }],
  [
    'an owner',
    `owner: 'core', group: 'docker'`,
    `owner: 'root', group: 'docker'`,
    { 'hub/file//etc/etest/conf.ini': ['owner'] },
  ],
  ['a group', `group: 'docker'`, `group: 'core'`, { 'hub/file//etc/etest/conf.ini': ['group'] }],
  ['a content', `content: 'one'`, `content: 'two'`, { 'west/file//srv/note': ['content'] }],
  ['a mode of a folder', 'mode: 0o2770', 'mode: 0o770', { 'hub/directory//var/spool/etest': ['mode'] }],
  ['a mode of what is pushed', 'mode: 0o444', 'mode: 0o400', { 'south/push//srv/a.jar': ['mode'] }],
  [
    'what is left out of a tree',
    `['*.bak']`,
    `['*.bak', 'index.html']`,
    { 'hub/tree//srv/site': ['index.html content'] },
  ],
  ['a command that has nothing to do', `['touch', '/srv/mark']`, `['touch', '/srv/mark', '/srv/more']`, {}],
  [
    'a purpose that is not reached',
    `creates: '/srv/when'`,
    `creates: '/srv/then'`,
    { 'hub/command/set up': ['creates'] },
  ],
]

/** Changes of a network that Docker makes anew only without containers: the field, and how that is changed. */
export const refused: readonly (readonly [field: string, from: string, to: string])[] = [
  ['subnet', '10.77.0.0/24', '10.78.0.0/24'],
]
