import type { Profile, Span } from '../../src/report/profile.ts'

/** A span of which a test says only what matters to it; it belongs to the host that its id begins with. */
export const span = (kind: Span['kind'], id: string, start: number, end: number): Span => ({
  kind,
  id,
  name: id,
  phase: kind === 'part' ? undefined : 'apply',
  host: kind !== 'phase' && id.includes('/') ? id.split('/')[0] : undefined,
  start,
  end,
  failed: false,
})

export const profile = (end: number, spans: readonly Span[], over: Partial<Profile> = {}): Profile => ({
  spans,
  end,
  traffic: new Map(),
  needs: new Map(),
  ...over,
})
