import type { NodeFault, NodeTrial } from './node-trial.ts'

const kill = (host: string) => async (t: NodeTrial) => t.docker('kill', await t.node(host))
const remove = (host: string) => async (t: NodeTrial) => t.docker('rm', '--force', await t.node(host))
const volume = async (t: NodeTrial, host: string) =>
  t.docker(
    'volume',
    'ls',
    '--quiet',
    '--filter',
    `label=provision.project=${t.project.dir}`,
    '--filter',
    `label=provision.host=${host}`,
  )
const network = async (t: NodeTrial) =>
  t.docker('network', 'ls', '--quiet', '--filter', `label=provision.project=${t.project.dir}`)

const lost = (host: string): RegExp =>
  new RegExp(`${host}.*(?:lost|cannot be reached|refused|does not answer)`)

/** Nodes that go away, and parts of them. */
export const losses: readonly NodeFault[] = [
  {
    title: 'its power is cut in the middle of a run',
    during: { events: 45, inject: kill('app') },
    ends: ['fine', /app/],
  },
  {
    title: 'its power is cut while files come',
    during: { events: 60, inject: kill('db') },
    ends: ['fine', /db/],
  },
  { title: 'its power is cut between two runs', before: kill('web'), ends: 'fine' },
  {
    title: 'it restarts in the middle of a run',
    during: {
      events: 50,
      inject: async (t) => t.docker('restart', '--time', '1', await t.node('app')),
    },
    ends: ['fine', /app/],
  },
  {
    title: 'its container is removed',
    before: remove('app'),
    ends: /app is missing.* quickstart/,
    forgets: /^- app: file \/srv\/kill\/leaving /,
    next: 'quickstart',
  },
  {
    title: 'its container is removed, and its volume',
    before: async (t) => {
      const name = await volume(t, 'db')
      await remove('db')(t)
      await t.docker('volume', 'rm', name)
    },
    ends: /db is missing.* quickstart/,
    next: 'quickstart',
  },
  {
    title: 'its container is removed in the middle of a run',
    during: { events: 50, inject: remove('web') },
    ends: ['fine', /web/],
    next: 'quickstart',
  },
  {
    title: 'its sessions are ended in the middle of a run',
    during: {
      events: 50,
      inject: (t) => t.sh('app', 'pkill -KILL -f "sshd: [c]ore" || :'),
    },
    ends: ['fine', lost('app')],
  },
  {
    title: 'its Docker is killed in the middle of a run',
    during: { events: 50, inject: (t) => t.sh('app', 'pkill -KILL -x dockerd') },
    ends: ['fine', /app/],
  },
  {
    title: 'its containerd is killed in the middle of a run',
    during: { events: 50, inject: (t) => t.sh('app', 'pkill -KILL -x containerd') },
    ends: ['fine', /app/],
  },
  {
    title: 'its Docker does not run',
    before: (t) => t.sh('web', '/usr/lib/provision/stop docker'),
    ends: /web/,
    mend: async (t) => t.docker('restart', await t.node('web')),
  },
  {
    title: 'its Docker hangs',
    before: (t) => t.sh('web', 'pkill -STOP -x dockerd'),
    // A node that was started seconds ago is asked by who starts nodes.
    ends: /web › docker: no answer within 1 min|web: its Docker does not answer/,
    mend: (t) => t.sh('web', 'pkill -CONT -x dockerd'),
  },
  {
    title: 'its Docker hangs for a while in the middle of a run',
    during: {
      events: 50,
      inject: (t) => t.sh('app', 'pkill -STOP -x dockerd; sleep 15; pkill -CONT -x dockerd'),
    },
    ends: 'fine',
  },
  {
    title: 'all nodes are switched off at once',
    during: {
      events: 55,
      inject: (t) => Promise.all(['web', 'app', 'db'].map((host) => kill(host)(t))),
    },
    ends: ['fine', /web|app|db/],
  },
  {
    title: 'the network of the nodes is taken away',
    before: async (t) => {
      const id = await network(t)
      for (const host of ['web', 'app', 'db'])
        await t.docker('network', 'disconnect', '--force', id, await t.node(host))
      await t.docker('network', 'rm', id)
    },
    ends: 'fine',
  },
  {
    title: 'the network of the nodes is taken away while they are off',
    before: async (t) => {
      const id = await network(t)
      for (const host of ['web', 'app', 'db']) await t.docker('stop', await t.node(host))
      for (const host of ['web', 'app', 'db'])
        await t.docker('network', 'disconnect', '--force', id, await t.node(host))
      await t.docker('network', 'rm', id)
    },
    ends: 'fine',
  },
]
