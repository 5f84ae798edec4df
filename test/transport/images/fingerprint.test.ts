import { expect, test } from 'vitest'
import { imageFingerprint, type InspectedImage } from '../../../src/transport/images/fingerprint.ts'

const image: InspectedImage = {
  Os: 'linux',
  Architecture: 'amd64',
  RootFS: { Layers: ['sha256:a', 'sha256:b'] },
  Config: { Cmd: ['java'], Env: ['A=1'], Labels: { x: '1' }, User: '', OnBuild: null, Volumes: {} },
}

test.each<[string, InspectedImage, boolean]>([
  ['itself', { ...image }, true],
  [
    'what is not set left out',
    { ...image, Config: { Cmd: ['java'], Env: ['A=1'], Labels: { x: '1' } } },
    true,
  ],
  ['an empty variant', { ...image, Variant: '' }, true],
  ['labels in another order of keys', { ...image, Config: { ...image.Config, Labels: { x: '1' } } }, true],
  [
    'other inputs of the same content',
    { ...image, Config: { ...image.Config, Labels: { x: '1', 'provision.inputs': 'abc' } } },
    true,
  ],
  ['another label', { ...image, Config: { ...image.Config, Labels: { x: '2' } } }, false],
  ['another layer', { ...image, RootFS: { Layers: ['sha256:a', 'sha256:c'] } }, false],
  ['layers the other way round', { ...image, RootFS: { Layers: ['sha256:b', 'sha256:a'] } }, false],
  ['another command', { ...image, Config: { ...image.Config, Cmd: ['sh'] } }, false],
  ['another user', { ...image, Config: { ...image.Config, User: 'app' } }, false],
  ['another architecture', { ...image, Architecture: 'arm64' }, false],
])('fingerprint: %s', (_, other, same) => {
  expect(imageFingerprint(other) === imageFingerprint(image)).toBe(same)
})
