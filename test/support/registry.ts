import type Dockerode from 'dockerode'
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import { readArchives } from '../../src/transport/images/archive.ts'
import { spoolImages } from '../../src/transport/images/spool.ts'
import { listening } from './listening.ts'

/** A registry on loopback that gives away one image. */
export interface Registry {
  /** `localhost:5000/app`: what the image is called there. */
  readonly repository: string
  /** Of its manifest: `sha256:…`. */
  readonly digest: string
  readonly stop: () => Promise<void>
}

/**
 * Serves an image of an engine, under any tag.
 * @param login `name:password` of the only account that it answers; anybody by default
 */
export async function serveImage(engine: Dockerode, ref: string, login?: string): Promise<Registry> {
  const { Id } = await engine.getImage(ref).inspect()
  const spool = await spoolImages(engine, [Id], new AbortController().signal)
  const [archive] = await readArchives(spool)
  const blobs = new Map(
    [...(archive?.layers ?? []), ...(archive?.others ?? [])].map((part) => [part.name, part.content]),
  )
  const digest = archive?.ids.at(-1) ?? ''
  const server = createServer(({ url = '', headers }, response) => {
    const [, kind, name] = /^\/v2\/app\/(manifests|blobs)\/(.+)$/.exec(url) ?? []
    const wanted = kind === 'manifests' ? digest : (name ?? '')
    const content = blobs.get(`blobs/${wanted.replace(':', '/')}`)
    if (login !== undefined && headers.authorization !== `Basic ${Buffer.from(login).toString('base64')}`) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="test"' }).end()
    } else if (url === '/v2/') response.end('{}')
    else if (content === undefined) response.writeHead(404).end()
    else {
      response.writeHead(200, {
        'Content-Type':
          kind === 'manifests' ? 'application/vnd.oci.image.manifest.v1+json' : 'application/octet-stream',
        'Content-Length': Buffer.isBuffer(content) ? content.length : content.size,
        'Docker-Content-Digest': wanted,
      })
      if (Buffer.isBuffer(content)) response.end(content)
      else createReadStream(content.path).pipe(response)
    }
  })
  const { port } = new URL(await listening(server))
  return {
    repository: `localhost:${port}/app`,
    digest,
    stop: async () => {
      server.close().closeAllConnections()
      await spool.remove()
    },
  }
}
