/** How things of a kind are opened, and what for. */
export interface Kind<Thing, Use> {
  /** Opens one, for no use yet. May tell twice: that it is there, and later that it is no more. */
  readonly open: (done: (error: Error | undefined, thing?: Thing) => void) => void
  readonly isUsable: (thing: Thing) => boolean
  readonly use: (thing: Thing, use: Use) => void
  /** Nobody will use it. */
  readonly drop: (thing: Thing) => void
  /** Opens one for a use that is known from the start. */
  readonly openFor: (use: Use) => void
}

/** Things that are opened before it is known what for. */
export interface Ahead<Use> {
  /** Opens so many, less those that are open already or on their way. */
  readonly open: (count: number) => void
  /** Uses one of them, where there is one that can be used; else one that is opened now. */
  readonly use: (use: Use) => void
  /** Those that were opened so far will not come. */
  readonly forget: () => void
  /** Drops those that nobody has taken. */
  readonly giveBack: () => void
}

/** After which time without an answer a thing is opened anew. Milliseconds. */
const usualPatience = 5_000

interface Item<Use> {
  /** False where it is known to be of no use. */
  readonly use: (use: Use) => boolean
  readonly isOver: () => boolean
  readonly drop: () => void
}

/** Those of one kind. Whoever waits for one that does not come, or is refused, gets one that is opened for him. */
export function createAhead<Thing, Use>(kind: Kind<Thing, Use>, patience = usualPatience): Ahead<Use> {
  let items: Item<Use>[] = []
  return {
    open(count) {
      items = items.filter((item) => !item.isOver())
      while (items.length < count) items.push(openOne(kind, patience))
    },
    use(wanted) {
      let item = items.shift()
      while (item && !item.use(wanted)) item = items.shift()
      if (!item) kind.openFor(wanted)
    },
    forget: () => (items = []),
    giveBack() {
      for (const item of items.splice(0)) item.drop()
    },
  }
}

function openOne<Thing, Use>(kind: Kind<Thing, Use>, patience: number): Item<Use> {
  let found: { readonly thing: Thing } | undefined
  let given: { readonly use: Use } | undefined
  let over = false
  let late: NodeJS.Timeout | undefined
  /** Whoever waits for it gets another. */
  const giveUp = (): void => {
    over = true
    clearTimeout(late)
    const waits = given
    given = undefined
    if (waits) kind.openFor(waits.use)
  }
  kind.open((error, thing) => {
    if (over) {
      if (thing !== undefined) kind.drop(thing)
    } else if (thing === undefined || error) {
      giveUp()
    } else if (given) {
      over = true
      clearTimeout(late)
      kind.use(thing, given.use)
    } else {
      found = { thing }
    }
  })
  return {
    isOver: () => over,
    drop() {
      if (over) return
      over = true
      if (found) kind.drop(found.thing)
    },
    use(use) {
      if (over) return false
      if (!found) {
        given = { use }
        late = setTimeout(giveUp, patience).unref()
        return true
      }
      over = true
      const isUsable = kind.isUsable(found.thing)
      if (isUsable) kind.use(found.thing, use)
      else kind.drop(found.thing)
      return isUsable
    },
  }
}
