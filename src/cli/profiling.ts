import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reasonOf } from '../core/error.ts'
import type { Emit } from '../core/event.ts'
import { profileOf, type Stamped } from '../report/profile.ts'
import { profileText, summaryOf } from '../report/profile-text.ts'
import { traceOf } from '../report/profile-trace.ts'
import type { Look } from '../report/look.ts'

/** Listens to a call, or to a part of it, to tell where its time went. */
export interface Profiling {
  readonly listen: Emit
  /** Writes the trace into `.provision` of a project, and tells the rest. */
  readonly tell: (to: ProfileReader) => Promise<void>
}

interface ProfileReader {
  /** Undefined for a call that was not about a project. */
  readonly projectDir: string | undefined
  readonly look: Look
  readonly json: boolean
  readonly emit: Emit
  readonly show: (text: string) => void
}

/** @param began when what is listened to did. Milliseconds since the process began */
export function startProfiling(began: number): Profiling {
  const stamped: Stamped[] = []
  return {
    listen: (event) => void stamped.push({ at: performance.now() - began, event }),
    async tell({ projectDir, look, json, emit, show }) {
      const profile = profileOf(stamped, performance.now() - began)
      const summary = summaryOf(profile)
      const note = (text: string) => emit({ event: 'note', level: 'warning', text })
      const trace =
        projectDir === undefined
          ? undefined
          : await writeTrace(projectDir, JSON.stringify(traceOf(profile))).catch((error: unknown) =>
              note(`the trace cannot be written: ${reasonOf(error)}`),
            )
      if (json) emit({ event: 'result', command: 'profile', data: { trace, ...summary } })
      else
        show(
          [
            profileText(summary, look),
            trace ? `trace, for ui.perfetto.dev or chrome://tracing: ${trace}` : '',
          ]
            .filter(Boolean)
            .join('\n\n'),
        )
    },
  }
}

async function writeTrace(projectDir: string, text: string): Promise<string> {
  const folder = join(projectDir, '.provision')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `profile-${new Date().toISOString().replace(/[:.]/g, '-')}.json`)
  await writeFile(path, text, { mode: 0o600 })
  return path
}
