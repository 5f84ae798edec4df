/** A reference in one form, as an engine lists it: with its digest, which a tag adds nothing to, or else with its tag. */
export function imageName(ref: string): string {
  const name = ref.replace(/^library\//, '').replace(/:[\w.-]+(?=@)/, '')
  const last = name.slice(name.lastIndexOf('/') + 1)
  return last.includes(':') || last.includes('@') ? name : `${name}:latest`
}

/** The suite of a Debian base image that can be made from the distribution's own packages: `debian:bookworm-slim`. */
export function debianSuite(ref: string): { readonly suite: string; readonly slim: boolean } | undefined {
  const [, suite, slim] = /^debian:([a-z]+)(-slim)?$/.exec(imageName(ref)) ?? []
  // A tag such as `latest` or `slim` names no suite that mmdebstrap would know.
  if (suite === undefined || suite === 'latest' || suite === 'slim') return undefined
  return { suite, slim: slim !== undefined }
}
