/**
 * A regular expression as people write it; undefined for what is none. Signs are whole code points where the text can be
 * read so; else it is read as leniently as JavaScript does without the flag `u`, which takes `{` and `\-` for themselves.
 */
export const compilePattern = (text: string): RegExp | undefined => compiled(text, 'u') ?? compiled(text, '')

function compiled(text: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(text, flags)
  } catch {
    return undefined
  }
}
