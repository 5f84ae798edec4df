import type { ParamSpec, ParamSpecs } from './params.ts'

/** What cannot be in some params: an option that there is not, and a default that is not among the choices. */
export type CheckedSpecs<P extends ParamSpecs> = {
  readonly [K in keyof P]: KnownOptions<P[K]> & ChosenDefault<P[K]>
}

type KnownOptions<S extends ParamSpec> = {
  readonly [O in Exclude<keyof S, keyof Extract<ParamSpec, Pick<S, 'type'>>>]?: NoSuchOption<O>
}

type ChosenDefault<S extends ParamSpec> = S extends {
  readonly choices: readonly (infer C extends string)[]
  readonly default: infer D
}
  ? D extends C
    ? unknown
    : { readonly default: NotAmongChoices<C> }
  : unknown

/** Nothing is of these types: the compiler shows their names where it would say only `never`. */
interface NoSuchOption<Option> {
  readonly 'there is no option': Option
}

interface NotAmongChoices<Choices> {
  readonly 'the choices are': Choices
}
