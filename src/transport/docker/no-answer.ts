import { showDuration } from '../../core/text/duration.ts'
import { ProvisionError } from '../../core/error.ts'

/** That an engine says nothing of a container, for so many milliseconds. */
export const noAnswer = (container: string, most: number): ProvisionError =>
  new ProvisionError('host', `container ${container}: Docker gives no answer within ${showDuration(most)}`, {
    help: 'look whether Docker hangs on its host: docker ps',
  })
