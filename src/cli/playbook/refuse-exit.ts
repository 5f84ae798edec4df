import { ProvisionError } from '../../core/error.ts'
import { placeOf, type Blame } from '../../report/failure.ts'

/**
 * Has `process.exit` throw where a playbook calls it: it would end the tool in the middle of a run, without a word.
 * @returns puts back what was there before
 */
export function refuseExit(process: NodeJS.Process, { ownDir }: Pick<Blame, 'ownDir'>): () => void {
  const exit = process.exit.bind(process)
  process.exit = (code) => {
    const error = new ProvisionError('playbook', `process.exit(${code ?? ''}) would end provision itself`, {
      help: 'throw an Error: the run ends in good order, and tells why and where',
    })
    if (placeOf(error, ownDir)) throw error
    return exit(code)
  }
  return () => {
    process.exit = exit
  }
}
