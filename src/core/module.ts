import type { Action } from './action.ts'
import type { Build } from './build/index.ts'
import type { Change } from './change.ts'
import { ProvisionError } from './error.ts'
import type { FormerContent } from './former-content.ts'
import { onMade, type Host } from './host.ts'
import { refuseUnknown, type OptionNames } from './rules/known-options.ts'
import type { Answer, Probe } from './probe.ts'
import { maskedProblem } from './secret/masked.ts'
import { noText } from './no-text.ts'
import { refsIn, resolve, type Ref, type Resolved } from './ref.ts'
import { declaredTitle, refuseIf } from './rules/refuse.ts'
import { isResource, type Resource } from './resource.ts'
import { itemsProblem } from './rules/index.ts'
import { secretsIn, type Secret } from './secret/index.ts'
import { shownValue } from './text/shown-value.ts'

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

/** All files that the resources of a host put there, gathered when first asked for; absolute paths. */
export type Placed = () => ReadonlySet<string>

/** What there is beside the answers. */
export interface Beside {
  /** By all resources of its host, itself too. */
  readonly placed: Placed
  /** What is in the folders of `lookInto`, by their paths: paths relative to them. */
  readonly inside: ReadonlyMap<string, readonly string[]>
}

/** What has to happen to make a resource so. In this order: the first action that fails ends it, and `undo` follows. */
export interface Remedy {
  readonly operation: 'create' | 'update' | 'recreate'
  readonly actions: readonly Action[]
  /** What puts the former state back, whichever of the actions failed. All of it is tried. */
  readonly undo?: readonly Action[]
  /** What belongs to the former state as well, and was replaced before. Default: nothing. */
  readonly former?: readonly FormerContent[]
  /** Claims that it had and will not have any more: who takes one of them waits until this is done. Default: none. */
  readonly frees?: readonly string[]
}

/** What is as it should be, but may be so no more once what it needs has changed. */
export interface Recheck {
  /** What is asked again. */
  readonly changes: readonly Change[]
  /** Do something only where it is not so any more. */
  readonly actions: readonly Action[]
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
  /** The files that it puts on its host, once what it is built from is known; absolute paths. */
  readonly files?: (props: Resolved<Props>) => readonly string[]
  /** What to ask the host. */
  readonly probe: (props: Resolved<Props>) => Q
  /** Folders of which it is asked what is in them, by what was answered: it takes a second round trip, so they are rare. */
  readonly lookInto?: (props: Resolved<Props>, answers: AnswersTo<Q>) => readonly string[]
  /**
   * What is there now; undefined for nothing. Throws a `conflict` for what is there but not ours.
   * @param beside what nearly all need not know
   */
  readonly parse: (answers: AnswersTo<Q>, props: Resolved<Props>, beside: Beside) => State | undefined
  /** What differs, field by field; nothing when all is as it should be. */
  readonly diff: (props: Resolved<Props>, state: State | undefined) => readonly Change[]
  /** What to do about it. Asked only when something differs. */
  readonly remedy: (props: Resolved<Props>, changes: readonly Change[], state: State | undefined) => Remedy
  /** What may have to be waited for all the same. Asked only when nothing differs. */
  readonly settling?: (props: Resolved<Props>, state: State | undefined) => Settling | undefined
  /** What is asked again where something that it needs changes in the same run. Asked only when nothing differs. */
  readonly recheck?: (props: Resolved<Props>, state: State | undefined) => Recheck
}

/** What comparing a resource with its host found. */
export interface Verdict {
  readonly changes: readonly Change[]
  /** Undefined when nothing differs. */
  readonly remedy: Remedy | undefined
  /** Undefined when something differs, or nothing has to be waited for. */
  readonly settling: Settling | undefined
  /** Likewise. */
  readonly recheck: Recheck | undefined
}

/** A resource with all its references resolved. */
export interface Bound {
  readonly probes: readonly Probe[]
  /** What must not show in anything that is said about it. */
  readonly secrets: readonly Secret[]
  /** The files that it puts on its host; absolute paths. */
  readonly files: () => readonly string[]
  /** Folders of which it is asked what is in them, by the answers, which come in the order of the probes. */
  lookInto(answers: readonly Answer[]): readonly string[]
  /** Decides from the answers. */
  judge(answers: readonly Answer[], beside: Beside): Verdict
}

export interface ResourceOptions {
  /** Resources that must be so before this one, where no value used from them says it already. */
  readonly needs?: readonly Resource[] | (() => readonly Resource[])
}

const optionNames: OptionNames<ResourceOptions> = { needs: true }

/** The function that declares resources of a module. */
export type Declare<Props> = (host: Host, name: string, props: Props, options?: ResourceOptions) => Resource

/** Makes a kind of resource from its pure functions. */
export function defineModule<Props, Q extends Questions, State>(
  module: Module<Props, Q, State>,
): Declare<Props> {
  return (host, name, props, options = {}) => {
    const title = declaredTitle(host, module.kind, name)
    refuseUnknown(title, options, optionNames)
    const refs = refsIn(props)
    const { needs = [] } = options
    if (typeof needs !== 'function') given(title, needs)
    const made: Resource = {
      kind: module.kind,
      host: host.name,
      name,
      needs: () => unique([...refs.flatMap((used) => used.needs), ...given(title, needs)]),
      builds: unique<Build>(refs.flatMap((used) => used.builds)),
      shared: module.shared ?? false,
      claims: module.claims?.(props) ?? [],
      problem: module.validate?.(props) ?? maskedProblem(props) ?? unreachedProblem(refs, host),
      bind: (facts) => bind(module, resolve(props, facts)),
    }
    host[onMade]?.(made)
    return noText(
      made,
      title,
      'write its path or name, or text`…` with a reference that it has, as `.at.http.url`',
    )
  }
}

/** Why a host has nothing of an address that is used on it: only another host reaches that. */
function unreachedProblem(refs: readonly Ref<unknown>[], { name }: Host): string | undefined {
  const place = refs.flatMap(({ within }) => within).find(({ host }) => host !== name)
  return (
    place &&
    `${place.label}: is published on ${place.address}, where only host ${place.host} itself reaches it`
  )
}

type Needs = NonNullable<ResourceOptions['needs']>

/** What must be so before, as given or as a function gives it; @throws ProvisionError `playbook` for what is no resource */
function given(title: string, needs: Needs): readonly Resource[] {
  const list = typeof needs === 'function' ? needs() : needs
  refuseIf(title, needsProblem(list))
  return list
}

const needsProblem = (list: unknown): string | undefined =>
  itemsProblem('needs', list, 'resources', (one) =>
    isResource(one) ? undefined : `needs: ${shownValue(one)} is not a resource`,
  )

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)]

function bind<Props, Q extends Questions, State>(
  module: Module<Props, Q, State>,
  props: Resolved<Props>,
): Bound {
  const questions = module.probe(props)
  return {
    probes: Object.values(questions).flat(),
    secrets: secretsIn(props),
    files: () => module.files?.(props) ?? [],
    lookInto: (answers) => module.lookInto?.(props, named(questions, answers)) ?? [],
    judge(answers, beside) {
      const state = module.parse(named(questions, answers), props, beside)
      const changes = module.diff(props, state)
      if (changes.length === 0) {
        const settling = module.settling?.(props, state)
        return { changes, remedy: undefined, settling, recheck: module.recheck?.(props, state) }
      }
      const remedy = module.remedy(props, changes, state)
      return { changes, remedy, settling: undefined, recheck: undefined }
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
