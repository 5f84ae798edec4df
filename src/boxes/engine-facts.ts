import type Dockerode from 'dockerode'

/** What an engine says about itself, as far as we ask. */
export interface EngineFacts {
  /** Where it keeps its data, on the machine that it runs on. */
  readonly root: string | undefined
  /** `Debian GNU/Linux 12 (bookworm)`, `Docker Desktop`. */
  readonly operatingSystem: string
  /** `x86_64`, `aarch64`. */
  readonly architecture: string
}

export async function engineFacts(engine: Dockerode): Promise<EngineFacts> {
  const info: unknown = await engine.info()
  const text = (key: string): string | undefined => {
    const value: unknown = typeof info === 'object' && info !== null ? Reflect.get(info, key) : undefined
    return typeof value === 'string' ? value : undefined
  }
  return {
    root: text('DockerRootDir'),
    operatingSystem: text('OperatingSystem') ?? '',
    architecture: text('Architecture') ?? '',
  }
}
