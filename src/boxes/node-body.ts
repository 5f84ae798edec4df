import type { ContainerCreateOptions } from 'dockerode'

/** A port of a node that is published on this machine's loopback address. */
export interface LoopbackPort {
  readonly container: number
  readonly local: number
}

/** What a container that behaves like a host is made of. */
export interface NodeSpec {
  /** Id of the image of the host's own system. */
  readonly image: string
  /** What the host calls itself. */
  readonly hostname: string
  readonly labels: Readonly<Record<string, string>>
  /** Who may log in: one line of authorized_keys; without it there is no sshd. */
  readonly authorizedKey: string | undefined
  /** The volume for the host's own Docker data. */
  readonly volume: string
  /** The volume with a box's images; without it the host starts with none. */
  readonly store: string | undefined
  /** A network of ours with a fixed address in it, or none at all. */
  readonly network: { readonly name: string; readonly address: string } | undefined
  readonly loopback: readonly LoopbackPort[]
  /** Whether the engine starts it again after its own restart. */
  readonly restart: 'unless-stopped' | 'no'
}

/** What a nested container engine needs, and no more: see `boxes/coreos/README.md` for what each is for. */
export const capabilities: readonly string[] = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_ADMIN',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_ADMIN',
  'SYS_CHROOT',
  'SYS_PTRACE',
]

/** With a namespace of its own the node sees only its part of the hierarchy. (Dockerode's types do not know the field.) */
const cgroups = { CgroupnsMode: 'private' }

const sshPort = 22

/** The body of Docker's `POST /containers/create` for a node. */
export function nodeBody(spec: NodeSpec): ContainerCreateOptions {
  const ports = spec.loopback.map(({ container }) => `${container}/tcp`)
  return {
    Image: spec.image,
    Hostname: spec.hostname,
    Labels: { ...spec.labels },
    Env: spec.authorizedKey === undefined ? [] : [`PROVISION_AUTHORIZED_KEY=${spec.authorizedKey}`],
    ExposedPorts: Object.fromEntries([`${sshPort}/tcp`, ...ports].map((port) => [port, {}])),
    HostConfig: {
      CapAdd: [...capabilities],
      CapDrop: ['ALL'],
      SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
      // On cgroup v2 a namespace of its own shows the node only its part; on v1 it needs the machine's hierarchy.
      ...cgroups,
      // Sockets and pid files of a node that was killed are gone at its next start.
      Tmpfs: { '/run': '' },
      Mounts: [
        { Type: 'volume', Source: spec.volume, Target: '/var/lib/docker' },
        ...(spec.store === undefined ? [] : [storeMount(spec.store)]),
      ],
      PortBindings: Object.fromEntries(
        spec.loopback.map(({ container, local }) => [
          `${container}/tcp`,
          [{ HostIp: '127.0.0.1', HostPort: String(local) }],
        ]),
      ),
      RestartPolicy: { Name: spec.restart },
      NetworkMode: spec.network?.name ?? 'none',
    },
    ...(spec.network === undefined ? {} : { NetworkingConfig: endpoint(spec.network, spec.hostname) }),
  }
}

const storeMount = (store: string) => ({
  Type: 'volume' as const,
  Source: store,
  Target: '/box',
  ReadOnly: true,
  // The engine would otherwise fill an empty volume from the image, and look through both to find out.
  VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: { Name: '', Options: {} } },
})

const endpoint = (network: { name: string; address: string }, alias: string) => ({
  EndpointsConfig: {
    [network.name]: { IPAMConfig: { IPv4Address: network.address }, Aliases: [alias] },
  },
})
