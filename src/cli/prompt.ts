import { createInterface } from 'node:readline/promises'
import { ProvisionError } from '../core/error.ts'

export interface PromptOptions {
  readonly stdin: NodeJS.ReadStream
  readonly stderr: NodeJS.WriteStream
  readonly signal: AbortSignal
}

/**
 * Asks a person for yes or no; anything but yes is no.
 * @throws ProvisionError `usage` where nobody is there to answer, `interrupted` for Ctrl-C
 */
export async function confirm(question: string, { stdin, stderr, signal }: PromptOptions): Promise<boolean> {
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new ProvisionError('usage', `${question} Nobody is there to answer`, { help: 'add --yes' })
  }
  const lines = createInterface({ input: stdin, output: stderr })
  try {
    const ended = new Promise<string>((resolve, reject) => {
      lines.once('close', () => resolve(''))
      // While it reads a line the terminal gives Ctrl-C to it, not to the process.
      lines.once('SIGINT', () => reject(new ProvisionError('interrupted', 'stopped; nothing was changed')))
    })
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), ended])
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    lines.close()
  }
}
