const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY']

/** The proxy settings of this process, in both spellings, as far as they are set. */
export function proxyEnv(): Record<string, string> {
  return Object.fromEntries(
    names
      .flatMap((name) => [name, name.toLowerCase()])
      .flatMap((name) => {
        const value = process.env[name]
        return value === undefined || value === '' ? [] : [[name, value]]
      }),
  )
}
