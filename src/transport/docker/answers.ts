import type Dockerode from 'dockerode'
import { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'

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
      if (answer instanceof IncomingMessage) {
        void buffer(answer).then(
          (bytes) => done?.(null, valueOf(bytes)),
          (reason: unknown) => done?.(reason instanceof Error ? reason : new Error(String(reason)), null),
        )
      } else done?.(error, answer)
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
