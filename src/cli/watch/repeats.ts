import type { Emit } from '../../core/event.ts'

/**
 * Leaves out of the runs of a watch what people know already: where the same endpoints answer, and which hosts the playbook
 * names no more, as long as they are the same.
 * @returns what is to be called at the beginning of each run
 */
export function withoutRepeats(): (emit: Emit) => Emit {
  let endpoints = ''
  let strays: ReadonlySet<string> = new Set()
  return (emit) => {
    const known = strays
    const now = new Set<string>()
    return (event) => {
      if (event.event === 'note' && event.kind === 'stray') {
        strays = now.add(event.text)
        if (known.has(event.text)) return
      }
      if (event.event === 'endpoints') {
        // Only a run that went so far has asked for the hosts.
        strays = now
        const answering = JSON.stringify(event.endpoints)
        if (answering === endpoints) return
        endpoints = answering
      }
      emit(event)
    }
  }
}
