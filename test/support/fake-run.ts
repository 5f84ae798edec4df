import type { Event, Failure, Phase } from '../../src/core/event.ts'
import type { Operation, Step } from '../../src/core/plan.ts'

export const failure: Failure = {
  code: 'ready',
  message: 'app › container user: not ready after 30 s',
  output: 'GET http://192.168.60.3:7000/health: connection refused',
  help: 'provision logs user',
}

export const step = (
  host: string,
  kind: string,
  name: string,
  operation: Operation,
  changes: Step['changes'] = [],
): Step => ({
  ...{ id: `${host}/${kind}/${name}`, host, kind, name, operation, changes },
  ...{ needs: [], actions: [], undo: [] },
})

export const planned = (steps: readonly Step[]): Event => ({
  event: 'planned',
  plan: { playbook: 'shop', environment: 'shop', steps },
})

export const phase = (name: Phase, ...inside: readonly Event[]): Event[] => [
  { event: 'phase-started', phase: name },
  ...inside,
  { event: 'phase-finished', phase: name, ok: true, durationMs: 1200, summary: `${name} summary` },
]

const started: Event = { event: 'started', command: 'refresh', playbook: 'shop', environment: 'shop' }

/** A run in which a container is made anew and another one fails, or not. */
export const fakeRun = (end: 'fine' | 'failed'): Event[] => [
  started,
  ...phase(
    'build',
    { event: 'task-started', task: 'b', phase: 'build', title: 'image shop/web' },
    { event: 'task-progress', task: 'b', done: 2, total: 7, unit: 'steps' },
    { event: 'task-output', task: 'b', line: 'Setting up \u001b[31mnginx\u001b[0m' },
    { event: 'task-finished', task: 'b', durationMs: 900, summary: '7 steps' },
  ),
  planned([
    step('app', 'container', 'user', 'recreate', [
      { field: 'env.PORT', from: '7000', to: '7001', because: ['playbook.ts'] },
    ]),
    step('web', 'tree', 'www', 'update', [{ field: 'css/site.css', from: 'abc', to: 'def' }]),
    step('web', 'container', 'nginx', 'none'),
    step('bus', 'container', 'old', 'remove'),
  ]),
  { event: 'phase-started', phase: 'apply' },
  { event: 'task-started', task: 'a', phase: 'apply', host: 'app', title: 'container user' },
  ...(end === 'fine'
    ? [{ event: 'task-finished', task: 'a', durationMs: 500 } as const]
    : [
        { event: 'task-failed', task: 'a', durationMs: 30_000, failure } as const,
        { event: 'failed', failure } as const,
      ]),
  { event: 'phase-finished', phase: 'apply', ok: end === 'fine', durationMs: 600, summary: '3 changed' },
  {
    event: 'endpoints',
    endpoints: [
      {
        container: 'user',
        called: 'user',
        name: 'http',
        host: '192.168.60.3',
        port: 7000,
        url: 'http://192.168.60.3:7000',
      },
    ],
  },
  { event: 'note', level: 'warning', text: 'a warning' },
  end === 'fine'
    ? { event: 'finished', ok: true, changed: 3, unchanged: 1, failed: 0, durationMs: 2300.4 }
    : { event: 'finished', ok: false, changed: 2, unchanged: 1, failed: 1, durationMs: 32_000 },
]
