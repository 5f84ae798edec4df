import type { NodeFault, NodeTrial } from './node-trial.ts'

/** Moves a folder with what is in it to a file system of its own, with these options. */
const confine =
  (host: string, folder: string, options: string, then = ':') =>
  (t: NodeTrial) =>
    t.sh(
      host,
      `rm -rf /keep && cp -a ${folder} /keep && mount -t tmpfs -o mode=755,${options} tmpfs ${folder} && cp -a /keep/. ${folder}/ && cd ${folder} && ${then}`,
    )
/** Puts what is there by now where it was, without what took the room. */
const free = (host: string, folder: string) => (t: NodeTrial) =>
  t.sh(
    host,
    `rm -rf /keep && cp -a ${folder} /keep && umount -l ${folder} && find ${folder} -mindepth 1 -delete && rm -f /keep/filling* && cp -a /keep/. ${folder}/ && rm -rf /keep`,
  )

const fill = 'dd if=/dev/zero of=filling bs=4k 2>/dev/null; [ -e filling ]'
const inodes = 'i=0; while touch "filling$i" 2>/dev/null; do i=$((i+1)); done; [ $i -gt 0 ]'
const noSpace = (host: string): RegExp => new RegExp(`${host} › [^"]*(?:No space left|no space)`, 'i')

/** Nodes that have no room, no memory, or another time. */
export const shortages: readonly NodeFault[] = [
  {
    title: 'no space where a file goes',
    before: confine('app', '/srv/kill', 'size=1m', fill),
    ends: noSpace('app'),
    mend: free('app', '/srv/kill'),
    whole: ['app'],
  },
  {
    title: 'no space for a large file',
    before: confine(
      'db',
      '/srv/kill',
      'size=8m',
      'dd if=/dev/zero of=filling bs=4k 2>/dev/null; [ -e filling ]',
    ),
    ends: noSpace('db'),
    mend: free('db', '/srv/kill'),
    whole: ['db'],
  },
  {
    title: 'no space for uploads',
    before: confine('db', '/var/lib/provision', 'size=1m', fill),
    ends: ['fine', /db/],
    mend: free('db', '/var/lib/provision'),
    whole: ['db'],
  },
  {
    title: 'no space for a folder of files',
    before: confine('web', '/srv/kill', 'size=1m', fill),
    ends: noSpace('web'),
    mend: free('web', '/srv/kill'),
    whole: ['web'],
  },
  {
    title: 'no inode where files go',
    before: confine('web', '/srv/kill', 'size=4m,nr_inodes=120', inodes),
    ends: noSpace('web'),
    mend: free('web', '/srv/kill'),
    whole: ['web'],
  },
  {
    title: 'a read-only file system where files go',
    before: confine('web', '/srv/kill', 'size=8m', 'mount -o remount,ro /srv/kill'),
    ends: /web › [^"]*(?:Read-only file system)/i,
    mend: free('web', '/srv/kill'),
    whole: ['web'],
  },
  {
    title: 'a read-only file system where a large file goes',
    before: confine('db', '/srv/kill', 'size=16m', 'mount -o remount,ro /srv/kill'),
    ends: /db › [^"]*(?:Read-only file system)/i,
    mend: free('db', '/srv/kill'),
    whole: ['db'],
  },
  {
    title: 'no space in the folders for temporary files',
    before: async (t) => {
      for (const folder of ['/tmp', '/var/tmp']) await confine('web', folder, 'size=64k', fill)(t)
    },
    ends: 'fine',
    mend: async (t) => {
      for (const folder of ['/tmp', '/var/tmp']) await free('web', folder)(t)
    },
  },
  {
    title: 'no space for an image',
    before: (t) =>
      t.sh('app', 'docker image prune --force && mount -t tmpfs -o size=16k tmpfs /var/lib/docker/tmp'),
    ends: /app › image [^"]*no space left/i,
    mend: (t) => t.sh('app', 'umount -l /var/lib/docker/tmp'),
    whole: ['app'],
  },
  {
    title: 'no room for the data of containers',
    before: (t) => t.sh('app', 'mount -t tmpfs -o size=4k,nr_inodes=2 tmpfs /var/lib/docker/containers'),
    ends: /app › [^"]*/,
    mend: (t) => t.sh('app', 'umount -l /var/lib/docker/containers'),
    whole: ['app'],
  },
  {
    title: 'no memory for what comes in by SSH',
    before: (t) =>
      t.sh(
        'web',
        'g=/sys/fs/cgroup/memory/tight; mkdir -p $g && echo 6M > $g/memory.limit_in_bytes && pgrep -x sshd > /keep-pids; while read -r p; do echo $p > $g/cgroup.procs; done < /keep-pids',
      ),
    ends: ['fine', /web/],
    mend: (t) =>
      t.sh(
        'web',
        'for p in $(cat /sys/fs/cgroup/memory/tight/cgroup.procs); do echo $p > /sys/fs/cgroup/memory/cgroup.procs; done; rm -f /keep-pids',
      ),
    whole: ['web'],
  },
  {
    title: 'a clock that is a day ahead',
    before: (t) => t.sh('web', dayOff('+1 day')),
    ends: 'fine',
    mend: (t) => t.sh('web', 'rm -f /usr/local/bin/date'),
  },
  {
    title: 'a clock that is a day behind',
    before: (t) => t.sh('app', dayOff('-1 day')),
    ends: 'fine',
    mend: (t) => t.sh('app', 'rm -f /usr/local/bin/date'),
  },
]

/** All that shows the time on a node whose kernel has that of this machine: the times of files, and what `date` says. */
const dayOff = (by: string): string => `
find /srv/kill /etc/kill.conf /var/lib/provision -exec touch -d '${by}' {} +
printf '#!/bin/sh\\nexec /usr/bin/date -d "${by}" "$@"\\n' > /usr/local/bin/date && chmod 755 /usr/local/bin/date`
