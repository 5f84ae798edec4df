import { graphOf } from '../../src/core/graph/index.ts'
import type { Playbook } from '../../src/core/playbook/index.ts'
import type { Session } from '../../src/engine/session.ts'
import type { Workspace } from '../../src/engine/workspace.ts'

const elsewhere = (): never => {
  throw new Error('no host is part of this test')
}

/** Where a playbook lives, on hosts of its own; nothing of it is on this machine. */
export const workspaceOf = (playbook: Playbook): Workspace => ({
  ...{ projectDir: '/p', playbookFile: '/p/playbook.ts', playbook, environment: 'shop', given: {} },
  ...{ on: '/p/hosts.yaml', stateDir: '/p/state', cacheDir: '/p/cache', texts: new Map() },
})

/** A run of a playbook without hosts: nothing in it can be asked, built or connected to but what a test gives. */
export function fakeSession(workspace: Workspace, over: Partial<Session> = {}): Session {
  const declaration = workspace.playbook.declare(workspace.given, {})
  return {
    ...{ workspace, declaration, graph: graphOf(declaration.resources, workspace.playbook.hosts) },
    ...{ ifLocked: 'fail', signal: new AbortController().signal, doing: { command: 'refresh' } },
    provider: {
      kind: 'ssh',
      strays: () => [],
      ...{ survey: elsewhere, up: elsewhere, start: elsewhere, stop: elsewhere, destroy: elsewhere },
      reach: elsewhere,
    },
    ...{ build: elsewhere, ensureBox: elsewhere, connect: elsewhere },
    ...{
      emit: () => undefined,
      hide: () => undefined,
      redact: (text) => text,
      findSecrets: () => () => false,
    },
    ...over,
  }
}
