import { addAbortSignal, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type Dockerode from 'dockerode'
import type { Container } from 'dockerode'
import { ProvisionError } from '../core/error.ts'
import { label, labelVersion } from '../core/label.ts'
import { demultiplex } from '../transport/docker/stream.ts'
import { boxLabel } from './labels.ts'
import { ownBaker } from './names.ts'

/** Layers hold whiteouts (devices) and attributes of overlay file systems, which plain archives lose. */
const attributes = ['--xattrs', '--xattrs-include=*', '--numeric-owner']

/** A store and the image that has a tar: it runs there, so paths in an archive mean nothing on this machine. */
export interface StorePlace {
  readonly engine: Dockerode
  readonly image: string
  readonly store: string
  readonly signal: AbortSignal
}

/** The content of a store as a tar. */
export async function* readStore(place: StorePlace): AsyncGenerator<Buffer> {
  const container = await create(place, ['-c', ...attributes, '-C', '/store', '.'], 'out')
  try {
    const output = await container.attach({ stream: true, stdout: true, stderr: true, hijack: true })
    await container.start()
    const errors: Buffer[] = []
    for await (const { stream, data } of demultiplex(addAbortSignal(place.signal, Readable.from(output)))) {
      if (stream === 'stdout') yield data
      else errors.push(Buffer.from(data))
    }
    await refuseFailure(container, errors)
  } finally {
    await container.remove({ force: true, v: true })
  }
}

/** Fills an empty store from such a tar. */
export async function writeStore(place: StorePlace, tar: AsyncIterable<Buffer>): Promise<void> {
  const { signal } = place
  const container = await create(place, ['-x', '-p', ...attributes, '-C', '/store'], 'in')
  try {
    const io = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true })
    await container.start()
    const errors: Buffer[] = []
    const listening = (async () => {
      for await (const { data } of demultiplex(io)) errors.push(Buffer.from(data))
    })().catch(() => undefined)
    const source = noting(tar)
    // When tar ends early nobody reads any more; what tar said is the better reason.
    await pipeline(Readable.from(source.bytes), io, { end: true, signal }).catch(() => undefined)
    await listening
    signal.throwIfAborted()
    // To tar an archive that breaks off between two entries is a whole one.
    if (source.broken()) throw source.reason()
    await refuseFailure(container, errors)
  } finally {
    await container.remove({ force: true, v: true })
  }
}

/** Bytes that tell afterwards whether they came to their end. */
function noting(bytes: AsyncIterable<Buffer>) {
  const failures: unknown[] = []
  async function* passing(): AsyncGenerator<Buffer> {
    try {
      yield* bytes
    } catch (error) {
      failures.push(error)
      throw error
    }
  }
  return { bytes: passing(), broken: () => failures.length > 0, reason: () => failures[0] }
}

/** Makes the container that moves bytes out of a store, or into one. */
function create(
  { engine, image, store }: StorePlace,
  argv: readonly string[],
  direction: 'out' | 'in',
): Promise<Container> {
  const takesInput = direction === 'in'
  return engine.createContainer({
    Image: image,
    Entrypoint: ['tar'],
    Cmd: [...argv],
    Labels: { [label.version]: labelVersion, [boxLabel.baker]: ownBaker() },
    OpenStdin: takesInput,
    StdinOnce: takesInput,
    AttachStdin: takesInput,
    NetworkDisabled: true,
    HostConfig: {
      NetworkMode: 'none',
      // Attributes that begin with `trusted.` are shown to nobody else.
      CapAdd: ['SYS_ADMIN'],
      Mounts: [
        { Type: 'volume', Source: store, Target: '/store', ReadOnly: !takesInput, VolumeOptions: noCopy },
      ],
    },
  })
}

const noCopy = { NoCopy: true, Labels: {}, DriverConfig: { Name: '', Options: {} } }

async function refuseFailure(container: Container, errors: readonly Buffer[]): Promise<void> {
  const ended: unknown = await container.wait()
  const code: unknown =
    typeof ended === 'object' && ended !== null ? Reflect.get(ended, 'StatusCode') : undefined
  if (code === 0) return
  throw new ProvisionError(
    'box',
    `the store of the box could not be copied: tar ended with ${String(code)}`,
    {
      output: Buffer.concat([...errors])
        .toString()
        .trimEnd(),
      help: 'is there space left? df -h',
    },
  )
}
