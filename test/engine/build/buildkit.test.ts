import { expect, test } from 'vitest'
import { onlyBuildKit } from '../../../src/engine/build/buildkit.ts'
import { parseDockerfile } from '../../../src/engine/build/dockerfile.ts'

test.each([
  ['RUN --mount=type=cache,target=/root/.npm npm ci', 'RUN --mount'],
  ['RUN --network=none make', 'RUN --network'],
  ['COPY --chmod=755 a b', 'COPY --chmod'],
  ['COPY --from=x --link a b', 'COPY --link'],
  ['ADD --checksum=sha256:0 http://a/b c', 'ADD --checksum'],
  ['RUN <<EOF\necho\nEOF', 'RUN <<EOF'],
  ['COPY <<-"END" /etc/conf\nEND', 'COPY <<-"END'],
  ['COPY --from=x --chown=1:1 a b', undefined],
  ['ADD --chown=1:1 a b', undefined],
  ['RUN npm ci --omit=dev', undefined],
  ['RUN test $((1<<3)) -eq 8', undefined],
  ['FROM --platform=linux/amd64 a', undefined],
  ['HEALTHCHECK --interval=1s CMD true', undefined],
])('what only BuildKit knows in %j', (text, expected) => {
  expect(parseDockerfile(text).map(onlyBuildKit)[0]).toBe(expected)
})
