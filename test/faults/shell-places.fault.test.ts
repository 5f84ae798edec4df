import { tryLogins, type LoginRow } from '../support/login-row.ts'

const ownFiles = { owner: { uid: 40_123, gid: 40_123 }, expectRoot: false } as const
const own = { become: false, job: ownFiles } as const

/** Puts another file system over /tmp, in which the folder of sshd stays. */
const tmp = (options: string, then = ''): LoginRow => ({
  prepare: `
mount --rbind "$F" /mnt
mount -t tmpfs -o mode=1777,size=64k none /tmp
mkdir -p "$F"
mount --rbind /mnt "$F"
${then}
mount -o remount,${options} /tmp`,
})
const full = 'dd if=/dev/zero of=/tmp/full bs=1k count=64 2>/dev/null || true'
const bashAsSh = 'mount --bind /bin/bash /bin/dash'
const plusBash = (row: LoginRow): LoginRow => ({ ...row, prepare: `${row.prepare ?? ''}\n${bashAsSh}` })

const noUploadFolder = {
  code: 'action',
  message: /^box(:| ›) .*no folder to upload to/,
  help: /full or read-only|TMPDIR/,
} as const

tryLogins('places on the host', {
  'no room in /tmp': { ...tmp('rw', full), sample: true, job: { large: 5_000_000 } },
  'no room in /tmp, sh is bash, many files': {
    ...plusBash(tmp('rw', full)),
    job: { small: 3_000 },
    within: 120,
  },
  'no room in /tmp, without rights of root': { ...tmp('rw', full), ...own },
  'no inodes in /tmp': tmp('rw,nr_inodes=2'),
  '/tmp is read-only': { ...plusBash(tmp('ro')), job: { small: 3_000 }, within: 120 },
  '/tmp is read-only, without rights of root': { ...tmp('ro'), ...own },
  '/tmp lets nothing be executed': tmp('noexec,nosuid,nodev'),
  '/tmp is open to nobody': { ...tmp('mode=0700'), ...own },
  'a TMPDIR that is not there': {
    env: { TMPDIR: '/nowhere' },
    prepare: bashAsSh,
    job: { small: 3_000 },
    within: 120,
  },
  'no home folder': { prepare: 'rm -r "$F/home"', sample: true },
  'no home folder, without rights of root, a large file': {
    prepare: 'rm -r "$F/home"',
    become: false,
    job: { ...ownFiles, large: 5_000_000 },
    expected: noUploadFolder,
  },
  'a home folder that is read-only': {
    prepare: 'mount --bind "$F/home" "$F/home"; mount -o remount,ro,bind "$F/home"',
  },
  'a home folder that is read-only, without rights of root, a large file': {
    prepare: 'mount --bind "$F/home" "$F/home"; mount -o remount,ro,bind "$F/home"',
    become: false,
    job: { ...ownFiles, large: 5_000_000 },
    expected: noUploadFolder,
  },
  'a home folder without room, a large file': {
    prepare:
      'mount -t tmpfs -o size=64k none "$F/home"; chown 40123:40123 "$F/home"; dd if=/dev/zero of="$F/home/full" bs=1k count=64 2>/dev/null || true',
    become: false,
    job: { ...ownFiles, large: 5_000_000 },
    expected: {
      code: 'action',
      message: /^box › .*: the upload failed: .*[Ff]ail|no folder to upload to/,
      help: /disk of box is full/,
    },
  },
  'no place for large files in /var': {
    prepare: 'mkdir -p /var/lib; mount -t tmpfs -o ro none /var/lib',
    job: { large: 5_000_000 },
    expected: noUploadFolder,
  },
  'no room for large files in /var': {
    prepare: 'mkdir -p /var/lib; mount -t tmpfs -o size=1m none /var/lib',
    job: { large: 5_000_000 },
    expected: {
      code: 'action',
      message: /^box › .*: the upload failed/,
      help: /disk of box is full/,
    },
  },
  'a host that has busybox only': {
    prepare: 'mount -t tmpfs none /usr/local/bin; busybox --install -s /usr/local/bin',
    shell: '/usr/local/bin/ash',
    env: { PATH: '/usr/local/bin:/usr/bin' },
    needs: '/bin/busybox',
    job: { large: 5_000_000 },
    sample: true,
  },
  'a host that has busybox only, without rights of root': {
    prepare: 'mount -t tmpfs none /usr/local/bin; busybox --install -s /usr/local/bin',
    env: { PATH: '/usr/local/bin' },
    needs: '/bin/busybox',
    ...own,
  },
  'no /proc': {
    prepare: 'mount -t tmpfs none /proc',
  },
  'names that are no UTF-8': {
    prepare: `mkdir "$F/job 1" || true; for n in '\\\\377' 'gr\\\\366\\\\337e' '\\\\001'; do touch "$F/job 1/$(printf "$n")"; mkdir -p "$F/job 1/$(printf "d$n").d"; done`,
  },
})
