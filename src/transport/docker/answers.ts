import type Dockerode from 'dockerode'
import { IncomingMessage } from 'node:http'
import { finished } from 'node:stream'

/** How a client of Docker's makes one call. */
export type DockerDial = Dockerode['modem']['dial']

/** Puts something around all calls that a client makes. */
export function around({ modem }: Dockerode, change: (dial: DockerDial) => DockerDial): void {
  modem.dial = change(modem.dial.bind(modem))
}

/** Has a call fail whose answer is cut off: docker-modem reads what is no stream to its end, and waits for one that never comes. */
export const wholeAnswers =
  (dial: DockerDial): DockerDial =>
  (request, done) => {
    if (request.isStream === true || request.hijack === true || request.openStdin === true) {
      dial(request, done)
      return
    }
    dial({ ...request, isStream: true }, (error, answer) => {
      if (!(answer instanceof IncomingMessage)) {
        done?.(error, answer)
        return
      }
      // Not by `stream/consumers`: it makes a Blob of it first, and a fleet has hundreds of answers.
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      finished(answer, (broken) => {
        if (broken) done?.(broken, null)
        else done?.(null, valueOf(Buffer.concat(chunks)))
      })
    })
  }

/** What JSON says; or the bytes, as docker-modem gives them, where it says nothing. */
function valueOf(bytes: Buffer): object {
  try {
    const value: unknown = JSON.parse(bytes.toString())
    return typeof value === 'object' && value !== null ? value : bytes
  } catch {
    return bytes
  }
}
