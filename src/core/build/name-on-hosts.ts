/**
 * The name that an image has on hosts and in boxes. Docker gives no name that ends with a digest, so that there the digest is
 * the tag: `shop/nginx:sha256-9f2c…`.
 */
export const nameOnHosts = (ref: string): string =>
  ref.replace(/(?::[\w.-]+)?@sha256:(?=[0-9a-f]{64}$)/, ':sha256-')
