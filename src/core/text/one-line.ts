const shown: Readonly<Record<string, string>> = { '\n': '⏎', '\r': '␍', '\t': '⇥' }

/** A name or value on one line of a screen: what would move the cursor or turn the order of letters is shown as a sign. */
export const oneLine = (text: string): string =>
  text.replace(
    /\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]/gu,
    (sign) => shown[sign] ?? numbered(sign.charCodeAt(0)),
  )

const numbered = (code: number): string =>
  code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
