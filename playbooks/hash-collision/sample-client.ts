import { Agent, request } from 'node:http'

/** Talks JSON to HTTP services over connections that are kept open. Errors name the request and what came back. */
export type JsonClient = {
  get: (url: string) => Promise<unknown>
  put: (url: string, body: unknown) => Promise<unknown>
  /** Closes the connections. */
  close: () => void
}

/** @param timeoutMs how long one request may take, in milliseconds */
export const jsonClient = (timeoutMs: number): JsonClient => {
  const agent = new Agent({ keepAlive: true })
  const call = (method: string, url: string, body?: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      const fail = (reason: string, cause?: unknown) =>
        reject(new Error(`sample data: ${method} ${url}: ${reason}`, { cause }))
      const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
      const headers = payload && { 'Content-Type': 'application/json', 'Content-Length': payload.length }
      const signal = AbortSignal.timeout(timeoutMs)
      const failWith = (error: Error) =>
        fail(signal.aborted ? `no answer within ${timeoutMs} ms` : error.message, error)
      const sent = request(url, { method, agent, signal, ...(headers && { headers }) }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', failWith)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          const status = response.statusCode ?? 0
          if (status < 200 || status > 299) {
            fail(`the service answered ${status}: ${text.slice(0, 300)}`)
            return
          }
          try {
            resolve(JSON.parse(text))
          } catch (error) {
            fail(`the service did not answer JSON: ${text.slice(0, 300)}`, error)
          }
        })
      })
      sent.on('error', failWith)
      sent.end(payload)
    })
  return {
    get: (url) => call('GET', url),
    put: (url, body) => call('PUT', url, body),
    close: () => agent.destroy(),
  }
}

/** Runs `work` for every item, at most `limit` at once. After the first failure nothing new is begun. */
export const forEachLimited = async <T>(limit: number, items: T[], work: (item: T) => Promise<unknown>) => {
  const left = items.values()
  let failed = false
  const worker = async () => {
    for (const item of left) {
      if (failed) return
      await work(item).catch((error: unknown) => {
        failed = true
        throw error
      })
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
}
