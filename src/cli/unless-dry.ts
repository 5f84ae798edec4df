/**
 * Waits for work, unless the process runs dry: nothing is left in it that could bring the work to its end. Of several that
 * wait, only the one that began last fails; the others see what comes of that.
 * @throws what `error` gives then, and whatever the work throws
 */
export async function unlessDry<T>(work: Promise<T>, error: () => Error): Promise<T> {
  let dry = (): void => undefined
  const never = new Promise<never>((_, reject) => {
    dry = () => {
      // Only something that is due keeps the process for whoever hears of the error.
      if (process.listeners('beforeExit')[0] === dry) setImmediate(() => reject(error()))
    }
  })
  process.prependListener('beforeExit', dry)
  try {
    return await Promise.race([work, never])
  } finally {
    process.off('beforeExit', dry)
  }
}
