import { isImage, type BuiltImage, type Image } from '../../core/build/index.ts'
import { builtImage } from '../../core/build/built.ts'
import { nameOnHosts } from '../../core/build/name-on-hosts.ts'
import { changeOf } from '../../core/change.ts'
import { short } from '../../core/digest.ts'
import type { Host } from '../../core/host.ts'
import { defineModule, type ResourceOptions } from '../../core/module.ts'
import { causesOf } from '../../core/mount.ts'
import type { Ref } from '../../core/ref.ts'
import { declaredTitle, refuseIf } from '../../core/rules/refuse.ts'
import type { Resource } from '../../core/resource.ts'
import { textProblem } from '../../core/rules/index.ts'
import { shownValue } from '../../core/text/shown-value.ts'

interface Props {
  readonly name: string
  readonly image: Ref<BuiltImage>
}

const resource = defineModule({
  kind: 'image',
  shared: true,
  validate: ({ name }: Props) => textProblem('name', name),
  probe: ({ name }) => ({ image: { ask: 'image', ref: nameOnHosts(name) } as const }),
  parse: ({ image }) => image,
  diff: ({ image }, state) =>
    changeOf(
      'content',
      state && short(state.fingerprint),
      short(image.fingerprint),
      state ? causesOf({ name: image.ref, changed: image.changed }) : [],
    ),
  remedy: ({ image }, _, state) => ({
    operation: state ? 'update' : 'create',
    actions: [{ do: 'load-image', image }],
  }),
})

/**
 * An image on a host. Containers imply it; declare it to have an image there that only later containers use. Only layers
 * that the host lacks are sent.
 */
export function preload(host: Host, image: Image, more?: ResourceOptions): Resource {
  const title = declaredTitle(host, 'image', isImage(image) ? image.ref : '')
  refuseIf(title, isImage(image) ? undefined : `${shownValue(image)} is not an image`)
  const props: Props = { name: image.ref, image: builtImage(image) }
  return resource(host, image.ref, props, more)
}
