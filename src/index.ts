/**
 * What playbooks and boxes import: `import { … } from 'provision'`.
 * @packageDocumentation
 */

export { definePlaybook } from './core/playbook/index.ts'
export type { AfterRun, Playbook, PlaybookOptions, Reach, ResourceSet } from './core/playbook/index.ts'
export type {
  BooleanParam,
  IntParam,
  NumberParam,
  ParamSpec,
  ParamSpecs,
  ParamValues,
  SecretParam,
  StringParam,
} from './core/playbook/params.ts'
export type { Host } from './core/host.ts'
export type { Endpoint, Endpoints } from './core/endpoint.ts'
export { defineBox } from './core/box.ts'
export type { Box, BoxOptions } from './core/box.ts'

export { artifact } from './modules/artifact.ts'
export type { ArtifactOptions } from './modules/artifact.ts'
export { image } from './modules/image.ts'
export type { ImageOptions } from './modules/image.ts'
export type { Artifact, Image } from './core/build/index.ts'

export { directory } from './modules/directory.ts'
export type { DirectoryOptions } from './modules/directory.ts'
export { file } from './modules/file.ts'
export type { FileOptions } from './modules/file.ts'
export { push } from './modules/push.ts'
export type { PushOptions } from './modules/push.ts'
export { tree } from './modules/tree.ts'
export type { TreeOptions } from './modules/tree.ts'
export { command } from './modules/command.ts'
export type { CommandOptions } from './modules/command.ts'
export { network } from './modules/network.ts'
export type { NetworkOptions } from './modules/network.ts'
export { volume } from './modules/volume.ts'
export type { VolumeOptions } from './modules/volume.ts'
export { preload } from './modules/container/image.ts'
export type { Capability } from './modules/container/capability.ts'
export { container } from './modules/container/index.ts'
export type { Container } from './modules/container/index.ts'
export type {
  ContainerNetwork,
  ContainerOptions,
  ContainerPort,
  HostPort,
  MountOptions,
  MountSource,
  PortRefs,
  Ready,
} from './modules/container/options.ts'
export type {
  LoggingOptions,
  RuntimeOptions,
  TmpfsOptions,
  Ulimit,
} from './modules/container/runtime-options.ts'

export { secret } from './core/secret/index.ts'
export type { Secret, Text } from './core/secret/index.ts'
export { text } from './core/ref.ts'
export type { Ref, Value } from './core/ref.ts'
export type { Resource } from './core/resource.ts'
export type { ResourceOptions } from './core/module.ts'
export type { ContentResource, Mountable, NetworkResource } from './core/mount.ts'
export type { Bytes } from './core/text/bytes.ts'
export type { Duration } from './core/text/duration.ts'
export type { Local } from './core/build/local.ts'
export { isProvisionError, ProvisionError } from './core/error.ts'
export type { ErrorCode, ErrorDetails } from './core/error.ts'
