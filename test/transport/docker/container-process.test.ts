import type { ExecInspectInfo } from 'dockerode'
import { describe, expect, it } from 'vitest'
import { endExec } from '../../../src/transport/docker/container-process.ts'

const about = { Running: false, Pid: 0, ExitCode: null }
const nameless = { Running: true, Pid: 0, ExitCode: null }
const running = { Running: true, Pid: 17, ExitCode: null }
const over = { Running: false, Pid: 17, ExitCode: 0 }
type Answer = typeof about | typeof over

describe('ending what an exec runs', () => {
  const rows: readonly (readonly [string, readonly Answer[], readonly number[]])[] = [
    ['that runs', [running], [17]],
    ['that has ended', [over], []],
    ['that writes before Docker knows its process', [nameless, nameless, running], [17]],
    ['that Docker is about to start', [about, nameless, running], [17]],
    ['that ends before Docker tells its process', [nameless, over], []],
    ['that Docker never starts', [about], []],
  ]
  it.each(rows)('%s', async (_, answers, ended) => {
    const pids: number[] = []
    await endExec(execThat(answers), (pid) => Promise.resolve(void pids.push(pid)))
    expect(pids).toEqual(ended)
  })

  it('on an engine that does not answer any more', async () => {
    const inspect = () => new Promise<ExecInspectInfo>(() => undefined)
    await expect(endExec({ inspect }, () => Promise.resolve())).resolves.toBeUndefined()
  })

  it('whose connection is gone', async () => {
    const inspect = () => Promise.reject(new Error('gone'))
    await expect(endExec({ inspect }, () => Promise.resolve())).resolves.toBeUndefined()
  })
})

/** Gives one answer after another, the last for ever. */
function execThat(answers: readonly Answer[]) {
  let asked = 0
  const inspect = () => Promise.resolve({ ...info, ...(answers[asked++] ?? answers.at(-1)) })
  return { inspect }
}

const info: ExecInspectInfo = {
  CanRemove: false,
  DetachKeys: '',
  ID: 'e',
  Running: false,
  ExitCode: null,
  ProcessConfig: { privileged: false, user: '', tty: false, entrypoint: 'perl', arguments: [] },
  OpenStdin: false,
  OpenStderr: true,
  OpenStdout: true,
  ContainerID: 'c',
  Pid: 0,
}
