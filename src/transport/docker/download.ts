import type Dockerode from 'dockerode'
import { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'

/** What an engine answers at a path of its API, as it comes: dockerode itself gathers all of it, or cannot be aborted. */
export function download(
  docker: Dockerode,
  path: string,
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<Readable> {
  const request = {
    // The client cuts off the last character of a path with a query.
    path: `${path}?${query.toString()}&`,
    method: 'GET',
    isStream: true,
    abortSignal: signal,
    statusCodes: { 200: true },
  }
  return new Promise((resolve, reject) => {
    docker.modem.dial(request, (error, answer) => {
      if (answer instanceof IncomingMessage) resolve(answer)
      else reject(error ?? new Error('no stream came'))
    })
  })
}
