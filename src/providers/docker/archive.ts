import { buffer } from 'node:stream/consumers'
import { extract, type Header } from 'tar-stream'

export interface ArchivedFile {
  readonly header: Header
  readonly content: Buffer
}

/** The only file of an archive, such as Docker gives of a path in a container. */
export async function readArchived(archive: NodeJS.ReadableStream): Promise<ArchivedFile> {
  for await (const entry of archive.pipe(extract())) {
    return { header: entry.header, content: await buffer(entry) }
  }
  throw new Error('the archive is empty')
}
