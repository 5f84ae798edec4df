import { cutLines } from '../../transport/lines.ts'
import { isObject } from '../../core/rules/shape.ts'

/** One message of a build, a pull or an import. */
export interface EngineMessage {
  /** Output of a build, not cut into lines. */
  readonly stream?: string | undefined
  readonly status?: string | undefined
  /** Which layer a status is about. */
  readonly id?: string | undefined
  readonly progress?: { readonly current: number; readonly total: number } | undefined
  /** The id of an image that a build made. */
  readonly image?: string | undefined
  readonly error?: EngineFailure | undefined
}

export interface EngineFailure {
  readonly message: string
  /** The exit code of a failed `RUN`. */
  readonly code: number | undefined
}

/** Reads the JSON lines with which the engine answers long calls, until it is done or says that it failed. */
export async function readMessages(
  stream: NodeJS.ReadableStream,
  onMessage: (message: EngineMessage) => void,
): Promise<EngineFailure | undefined> {
  let failure: EngineFailure | undefined
  const lines = cutLines((line) => {
    if (line.trim() === '') return
    const message = messageOf(JSON.parse(line))
    failure ??= message.error
    onMessage(message)
  })
  for await (const chunk of stream) lines.push(chunk)
  lines.end()
  return failure
}

function messageOf(value: unknown): EngineMessage {
  if (!isObject(value)) return {}
  const { stream, status, id, progressDetail, aux, errorDetail, error } = value
  return {
    stream: text(stream),
    status: text(status),
    id: text(id),
    progress: progressOf(progressDetail),
    image: isObject(aux) ? text(aux['ID']) : undefined,
    error: failureOf(errorDetail) ?? failureOf({ message: error }),
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function progressOf(value: unknown): EngineMessage['progress'] {
  if (!isObject(value)) return undefined
  const { current, total } = value
  return typeof current === 'number' && typeof total === 'number' ? { current, total } : undefined
}

function failureOf(value: unknown): EngineFailure | undefined {
  if (!isObject(value) || typeof value['message'] !== 'string') return undefined
  const { code, message } = value
  return { message, code: typeof code === 'number' && code > 0 ? code : undefined }
}
