import type { Action } from './action.ts'
import type { Build } from './build.ts'
import type { Change } from './change.ts'
import { ProvisionError } from './error.ts'
import type { Host } from './host.ts'
import type { Answer, Probe } from './probe.ts'
import { refsIn, resolve, type Resolved } from './ref.ts'
import type { Resource } from './resource.ts'
import { isSecret, secretsIn, type Secret } from './secret.ts'

/** What a module asks of a host: named probes, or named lists of them. */
export type Questions = Readonly<Record<string, Probe | readonly Probe[]>>

/** The answers to a module's questions, under the same names. */
export type AnswersTo<Q extends Questions> = {
  readonly [K in keyof Q]: Q[K] extends Probe
    ? Answer<Q[K]>
    : Q[K] extends readonly (infer P extends Probe)[]
      ? readonly Answer<P>[]
      : never
}

/** What has to happen to make a resource so. In this order: the first action that fails ends it, and `undo` follows. */
export interface Remedy {
  readonly operation: 'create' | 'update' | 'recreate'
  readonly actions: readonly Action[]
  /** What puts the former state back, whichever of the actions failed. All of it is tried. */
  readonly undo?: readonly Action[]
}

/** What is as it should be, but may have come up only just. */
export interface Settling {
  /** When it was started; ISO 8601, by the host's clock. */
  readonly since: string
  /** For how long after that it may not be ready yet, milliseconds. */
  readonly within: number
  /** What waits until it is ready. */
  readonly actions: readonly Action[]
}

/**
 * The code behind one kind of resource: pure functions around data. A module never talks to a host; the engine asks its
 * probes, all of a host's in one round trip, and does its actions.
 */
export interface Module<Props, Q extends Questions, State> {
  /** The kind of resource, a noun: `file`. */
  readonly kind: string
  /** Says that a resource is wholly described by its kind, host and name, so that two declarations of it are one. */
  readonly shared?: true
  /** A rule that types cannot say, broken: what is wrong, with the value. Undefined when fine. */
  readonly validate?: (props: Props) => string | undefined
  /** What no two resources of a host may both have: `port 80/tcp`. */
  readonly claims?: (props: Props) => readonly string[]
  /** What to ask the host. */
  readonly probe: (props: Resolved<Props>) => Q
  /** What is there now; undefined for nothing. Throws a `conflict` for what is there but not ours. */
  readonly parse: (answers: AnswersTo<Q>, props: Resolved<Props>) => State | undefined
  /** What differs, field by field; nothing when all is as it should be. */
  readonly diff: (props: Resolved<Props>, state: State | undefined) => readonly Change[]
  /** What to do about it. Asked only when something differs. */
  readonly remedy: (props: Resolved<Props>, changes: readonly Change[], state: State | undefined) => Remedy
  /** What may have to be waited for all the same. Asked only when nothing differs. */
  readonly settling?: (props: Resolved<Props>, state: State | undefined) => Settling | undefined
}

/** What comparing a resource with its host found. */
export interface Verdict {
  readonly changes: readonly Change[]
  /** Undefined when nothing differs. */
  readonly remedy: Remedy | undefined
  /** Undefined when something differs, or nothing has to be waited for. */
  readonly settling: Settling | undefined
}

/** A resource with all its references resolved. */
export interface Bound {
  readonly probes: readonly Probe[]
  /** What must not show in anything that is said about it. */
  readonly secrets: readonly Secret[]
  /** Decides from the answers, which come in the order of the probes. */
  judge(answers: readonly Answer[]): Verdict
}

export interface ResourceOptions {
  /** Resources that must be so before this one, where no value used from them says it already. */
  readonly needs?: readonly Resource[] | (() => readonly Resource[])
}

/** The function that declares resources of a module. */
export type Declare<Props> = (host: Host, name: string, props: Props, options?: ResourceOptions) => Resource

/** Makes a kind of resource from its pure functions. */
export function defineModule<Props, Q extends Questions, State>(
  module: Module<Props, Q, State>,
): Declare<Props> {
  return (host, name, props, options = {}) => {
    refuseNoText(host, module.kind, name)
    const refs = refsIn(props)
    const { needs = [] } = options
    return {
      kind: module.kind,
      host: host.name,
      name,
      needs: () => unique([...refs.flatMap((used) => used.needs), ...given(needs)]),
      builds: unique<Build>(refs.flatMap((used) => used.builds)),
      shared: module.shared ?? false,
      claims: module.claims?.(props) ?? [],
      problem: module.validate?.(props),
      bind: (facts) => bind(module, resolve(props, facts)),
    }
  }
}

/** No compiler has looked at a playbook; a name that is no text, such as a secret, could not even be told. */
function refuseNoText(host: Host, kind: string, name: unknown): void {
  if (typeof name === 'string') return
  const shown = isSecret(name) ? 'a secret' : typeof name
  throw new ProvisionError('playbook', `${host.name} › ${kind}: its name or path is ${shown}, not a text`, {
    help: 'correct it in the playbook',
  })
}

const given = (needs: readonly Resource[] | (() => readonly Resource[])): readonly Resource[] =>
  typeof needs === 'function' ? needs() : needs

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)]

function bind<Props, Q extends Questions, State>(
  module: Module<Props, Q, State>,
  props: Resolved<Props>,
): Bound {
  const questions = module.probe(props)
  return {
    probes: Object.values(questions).flat(),
    secrets: secretsIn(props),
    judge(answers) {
      const state = module.parse(named(questions, answers), props)
      const changes = module.diff(props, state)
      if (changes.length === 0) {
        return { changes, remedy: undefined, settling: module.settling?.(props, state) }
      }
      return { changes, remedy: module.remedy(props, changes, state), settling: undefined }
    },
  }
}

/** Gives a flat list of answers the names of their questions. */
function named<Q extends Questions>(questions: Q, answers: readonly Answer[]): AnswersTo<Q>
function named(questions: Questions, answers: readonly Answer[]): Record<string, unknown> {
  let next = 0
  const result: Record<string, unknown> = {}
  for (const [name, asked] of Object.entries(questions)) {
    if ('ask' in asked) result[name] = answers[next++]
    else result[name] = answers.slice(next, (next += asked.length))
  }
  if (next !== answers.length) {
    throw new ProvisionError('host', `${answers.length} answers came for ${next} questions`)
  }
  return result
}
