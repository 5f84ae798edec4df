import type { Client } from 'ssh2'
import { createAhead, type Ahead } from './ahead.ts'
import { protocolOf, type Opened } from '../ssh/protocol.ts'

/** A command for a session. */
export interface Command {
  readonly command: string
  readonly done: Opened
}

type Execute = (wanted: Command) => void

/**
 * Sessions that are opened before it is known what they are to execute; undefined where ssh2 does not have what this needs. It
 * opens a session for a command only: it gets a word in its place, which is held back until there is one.
 */
export function sessionsAhead(
  client: Client,
  exec: (command: string, done: Opened) => void,
): Ahead<Command> | undefined {
  const protocol = protocolOf(client)
  if (!protocol) return undefined
  const held = new Map<string, (send: (command: string) => void) => void>()
  const send = protocol.exec.bind(protocol)
  protocol.exec = (channel, command, wantReply) => {
    const onOpen = held.get(command)
    held.delete(command)
    if (onOpen) onOpen((real) => send(channel, real, wantReply))
    else send(channel, command, wantReply)
  }
  let count = 0
  return createAhead<Execute, Command>({
    open(done) {
      let told: Opened = (error) => done(error)
      const word = `provision-later-${count++}`
      held.set(word, (sendOn) => {
        done(undefined, (wanted) => {
          told = wanted.done
          sendOn(wanted.command)
        })
      })
      exec(word, (error, channel) => told(error, channel))
    },
    isUsable: () => true,
    use: (execute, wanted) => execute(wanted),
    // It ends with a command only.
    drop: (execute) => execute({ command: 'exit', done: (_, channel) => void channel?.resume() }),
    openFor: ({ command, done }) => exec(command, done),
  })
}
