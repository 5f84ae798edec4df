import type { Client } from 'ssh2'

/**
 * Asks a host something that changes nothing there: its answer comes after all that it has sent before. Also done when the
 * connection ends instead.
 */
export const hostAnswers = (client: Client): Promise<void> =>
  new Promise((resolve) => {
    try {
      // To take back what was never asked for is a question that every host answers, if only by a refusal.
      client.unforwardIn('', 0, () => resolve())
    } catch {
      // ssh2 throws when the connection has just ended.
      resolve()
    }
  })
