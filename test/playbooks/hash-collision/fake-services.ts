import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'

type Body = { [name: string]: unknown }
type Answer = { status: number; body: unknown }

export type FakeServices = {
  url: string
  /** Every request so far, as `METHOD /path`, in the order of arrival. */
  requests: string[]
  /** The most requests that were under way at once. */
  mostAtOnce: () => number
  /** What is stored, by path. */
  stored: Map<string, Body>
  close: () => Promise<void>
}

const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null

/** Stores what is put, lists what is stored: the part of the services' contract that sample data relies upon. */
const answerTo = (stored: Map<string, Body>, method: string, path: string, text: string): Answer => {
  const under = (parent: string) =>
    [...stored].filter(([key]) => key.startsWith(parent) && !key.slice(parent.length).includes('/'))
  const listed = (parent: string) =>
    under(parent).map(([key, body]) => ({ id: key.slice(parent.length), ...body }))
  if (method === 'GET' && path === '/users') return { status: 200, body: { users: listed('/users/') } }
  if (method === 'GET' && path === '/questions?answers=true') {
    const questions = listed('/questions/').map((question) => ({
      ...question,
      answers: listed(`/questions/${question.id}/answers/`),
    }))
    return { status: 200, body: { questions } }
  }
  const question = /^(\/questions\/[^/]+)\/answers\//.exec(path)?.[1]
  if (question !== undefined && !stored.has(question)) return { status: 404, body: { error: 'no question' } }
  const isNew = !stored.has(path)
  const body: unknown = JSON.parse(text)
  stored.set(path, isBody(body) ? body : {})
  return { status: isNew ? 201 : 200, body: {} }
}

const textOf = async (request: IncomingMessage) => {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  return text
}

const listening = (server: Server) =>
  new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`)
    })
  })

/**
 * A small HTTP server that behaves as both services.
 *
 * @param override answers a request otherwise, or undefined for the usual answer; `never` leaves it without one
 */
export const fakeServices = async (
  override: (request: string) => Answer | 'never' | undefined = () => undefined,
): Promise<FakeServices> => {
  const stored = new Map<string, Body>()
  const requests: string[] = []
  let atOnce = 0
  let most = 0
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const line = `${request.method} ${request.url}`
    requests.push(line)
    most = Math.max(most, ++atOnce)
    const text = await textOf(request)
    const answer = override(line) ?? answerTo(stored, request.method ?? '', request.url ?? '', text)
    atOnce--
    if (answer === 'never') return
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
    response.writeHead(answer.status).end(body)
  }
  const server = createServer((request, response) => void handle(request, response))
  const url = await listening(server)
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return { url, requests, stored, mostAtOnce: () => most, close }
}
