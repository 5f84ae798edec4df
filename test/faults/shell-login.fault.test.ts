import { noCommands, tryLogins, type LoginRow } from '../support/login-row.ts'

const shell = (path: string): LoginRow => ({ shell: path, needs: path })
const bashrc = (content: string, more: LoginRow = {}): LoginRow => ({
  shell: '/bin/bash',
  home: { '.bashrc': `${content}\n` },
  ...more,
})
/** A host whose sh is another than dash. */
const shIs = (path: string): LoginRow => ({ prepare: `mount --bind ${path} /bin/dash`, needs: path })

tryLogins('login shells', {
  sh: { sample: true },
  'a host whose sh is bash': { ...shIs('/bin/bash'), sample: true },
  'a host whose sh is busybox': shIs('/bin/busybox'),
  'a host whose sh is mksh': shIs('/bin/mksh'),
  'a host whose sh is ksh': { ...shIs('/usr/bin/ksh'), sample: true },
  bash: shell('/bin/bash'),
  fish: { ...shell('/usr/bin/fish'), sample: true },
  csh: shell('/usr/bin/csh'),
  tcsh: { ...shell('/usr/bin/tcsh'), sample: true },
  zsh: shell('/usr/bin/zsh'),
  mksh: shell('/bin/mksh'),
  ksh: shell('/usr/bin/ksh'),
  rbash: shell('/bin/rbash'),
  'busybox ash': { shell: '$F/ash', needs: '/bin/busybox', prepare: 'ln -s /bin/busybox "$F/ash"' },
  nologin: { ...shell('/usr/sbin/nologin'), expected: noCommands('ended with 1'), sample: true },
  false: { ...shell('/bin/false'), expected: noCommands('ended with 1') },
  true: { ...shell('/bin/true'), expected: noCommands('ended with 0') },
  'nologin, without sudo': {
    shell: '/usr/sbin/nologin',
    become: false,
    expected: noCommands('ended with 1'),
  },
  'one that is not there': {
    shell: '/bin/nothing-of-this-name',
    expected: { code: 'host', message: /refuses the login/, help: /authorized_keys|shell/ },
  },
})

const noise = 'echo welcome; echo warning >&2; printf "no newline"; printf "and here" >&2'

tryLogins('start-up files', {
  'noise in .bashrc': { ...bashrc(noise), sample: true },
  'noise in .zshenv': { ...shell('/usr/bin/zsh'), home: { '.zshenv': noise } },
  'noise in .cshrc': {
    ...shell('/usr/bin/tcsh'),
    home: { '.cshrc': 'echo welcome; echo -n "no newline"; stty erase ^H; set echo; set verbose' },
  },
  'noise in config.fish': { ...shell('/usr/bin/fish'), home: { '.config/fish/config.fish': noise } },
  'half a megabyte of noise': bashrc(
    'head -c 500000 /dev/zero | tr "\\\\0" x; head -c 500000 /dev/zero | tr "\\\\0" y >&2',
  ),
  'noise at the end, too': bashrc('trap "echo bye; echo bye >&2" EXIT'),
  'every command is shown': bashrc('set -xv'),
  'other words between': bashrc('IFS=/; export IFS'),
  'set -e': bashrc('set -e'),
  'set -u': bashrc('set -u'),
  'set -f and no clobber': bashrc('set -fC; export SHELLOPTS'),
  'nothing is executed': bashrc('set -n', { expected: noCommands('ended with 0') }),
  'an end in the middle': bashrc('echo not today; exit 3', { expected: noCommands('ended with 3') }),
  'an error that ends it': bashrc('set -e; false', { expected: noCommands('ended with 1') }),
  aliases: bashrc(
    'shopt -s expand_aliases; alias cat="cat -v" ls="ls --color" rm="rm -i" mv="mv -i" cp="cp -i"',
  ),
  'an alias for sh': bashrc('shopt -s expand_aliases; alias sh="echo no" sudo="echo no"', {
    expected: noCommands('ended with 0'),
  }),
  functions: bashrc(
    'cat() { echo mine; }; rm() { echo mine; }; mv() { echo mine; }; tar() { echo mine; }; stat() { :; }',
  ),
  'functions that are exported': {
    ...bashrc(
      'for f in cat rm mv tar stat sha256sum xargs mkdir chown chmod head id; do eval "$f() { :; }; export -f $f"; done',
    ),
    prepare: 'mount --bind /bin/bash /bin/dash',
    become: false,
    job: { owner: { uid: 40_123, gid: 40_123 }, expectRoot: false },
  },
  CDPATH: bashrc('export CDPATH=/:/usr:/tmp'),
  'options of programs': {
    ...bashrc(
      'export GREP_OPTIONS=--color=always POSIXLY_CORRECT=1 TAR_OPTIONS=--keep-old-files QUOTING_STYLE=c BLOCK_SIZE=human XZ_OPT=-9 GZIP=-9 TIME_STYLE=full-iso LS_COLORS=x COLUMNS=4',
    ),
    become: false,
    job: { owner: { uid: 40_123, gid: 40_123 }, expectRoot: false },
  },
  ...Object.fromEntries(
    ['tr_TR.UTF-8', 'de_DE', 'C', 'POSIX', 'xx_YY.nonsense'].map((locale): [string, LoginRow] => [
      `the locale ${locale}`,
      bashrc(`export LANG=${locale} LC_ALL=${locale}`, {
        become: false,
        job: { owner: { uid: 40_123, gid: 40_123 }, expectRoot: false },
      }),
    ]),
  ),
  'umask 077': { ...bashrc('umask 077'), sample: true },
  'umask 000': bashrc('umask 000'),
  'a library that is missing': bashrc('export LD_PRELOAD=/nowhere/lib.so', {
    become: false,
    job: { owner: { uid: 40_123, gid: 40_123 }, expectRoot: false },
  }),
  'another shell takes over, fish': bashrc('exec fish', {
    needs: '/usr/bin/fish',
    expected: noCommands('ended with \\d+'),
  }),
  'another shell takes over, zsh': bashrc('exec zsh', {
    needs: '/usr/bin/zsh',
    expected: noCommands('ended with \\d+'),
    sample: true,
  }),
  'another shell takes over, sh': bashrc('exec sh', { expected: noCommands('ended with \\d+') }),
  'another shell takes over, tcsh': bashrc('exec tcsh', {
    needs: '/usr/bin/tcsh',
    expected: noCommands('ended with \\d+'),
  }),
  'another shell, guarded': bashrc('[ -t 0 ] && exec zsh; true'),
  'three seconds of thought': bashrc('sleep 3'),
  'no PATH': bashrc('PATH=; export PATH', { expected: noCommands('ended with 127') }),
  'a PATH without sbin': bashrc('export PATH=/usr/bin:/bin'),
  'a wrong TMPDIR': bashrc('export TMPDIR=/nowhere/at/all', {
    become: false,
    job: { owner: { uid: 40_123, gid: 40_123 }, expectRoot: false },
  }),
  'nothing to read with': bashrc('exec </dev/null', {
    expected: {
      code: 'host',
      message: /^box: what puts files in place there ended with (1|96) before it was done$/,
      help: /provision ssh box/,
    },
  }),
})
