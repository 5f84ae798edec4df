const shown: Readonly<Record<string, string>> = { '\n': '⏎', '\r': '␍', '\t': '⇥' }

/** A name or value on one line of a screen: what would move the cursor is shown as a sign. */
export const oneLine = (text: string): string =>
  text.replace(/\p{Cc}/gu, (sign) => shown[sign] ?? `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)
