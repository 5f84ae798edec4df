import type { Client, ClientChannel } from 'ssh2'
import { hostAnswers } from './answers.ts'

/**
 * How long a channel that is silent stays open once its command has ended, if its host is not silent: a daemon that the command
 * has started may hold it for ever. Milliseconds.
 */
const lingering = 1_000

/**
 * Closes a channel that is silent after its command has ended.
 * @returns how to stop that
 */
export function closeWhenSilent(channel: ClientChannel, client: Client): () => void {
  let hasExited = false
  let isOver = false
  let stirred = 0
  let linger: NodeJS.Timeout | undefined
  const stir = (): void => {
    stirred++
    if (!hasExited || isOver) return
    clearTimeout(linger)
    linger = setTimeout(() => void leave(), lingering)
  }
  /** What is silent may be the link, and a host drops what it has not sent yet when a channel is closed. */
  const leave = async (): Promise<void> => {
    const before = stirred
    await hostAnswers(client)
    // What it was held back from sending follows its first answer.
    await hostAnswers(client)
    if (stirred === before && !isOver) channel.close()
  }
  channel.on('data', stir)
  channel.stderr.on('data', stir)
  channel.on('exit', () => {
    hasExited = true
    stir()
  })
  return () => {
    isOver = true
    clearTimeout(linger)
  }
}
