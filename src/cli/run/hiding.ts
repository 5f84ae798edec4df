import { hideSecrets, redactor, secretFinder } from '../../core/secret/redactor.ts'
import type { Secret } from '../../core/secret/index.ts'
import type { Session } from '../../engine/session.ts'

/** Texts that secrets were put into are learned as resources are resolved; the secrets themselves are known by then. */
export function hiding(): Pick<Session, 'hide' | 'redact' | 'findSecrets'> {
  const known: Secret[] = []
  let redact = redactor([])
  return {
    hide: (secrets) => {
      known.push(...secrets)
      redact = redactor(known)
    },
    redact: (text) => hideSecrets(redact(text)),
    findSecrets: () => secretFinder(known),
  }
}
