import type { ParamSpec, ParamSpecs } from './params.ts'

/** What cannot be in some params: an option that there is not, and a default that is not among the choices. */
export type CheckedSpecs<P extends ParamSpecs> = {
  readonly [K in keyof P]: {
    readonly [O in Exclude<keyof P[K], keyof Extract<ParamSpec, Pick<P[K], 'type'>>>]?: never
  } & (P[K] extends { choices: readonly (infer C extends string)[] } ? { readonly default?: C } : unknown)
}
