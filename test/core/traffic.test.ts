import { expect, test } from 'vitest'
import { noTraffic, sumOf, trafficSince, type Traffic } from '../../src/core/traffic.ts'

const one: Traffic = { connections: 1, channels: 2, requests: 3, turns: 4, sent: 5, received: 6 }
const two: Traffic = { connections: 2, channels: 4, requests: 6, turns: 8, sent: 10, received: 12 }

test.each<[string, readonly Traffic[], Traffic]>([
  ['none', [], noTraffic],
  ['one', [one], one],
  ['two', [one, one], two],
])('the sum of %s', (_, all, sum) => {
  expect(sumOf(all)).toEqual(sum)
})

test('what has gone since a moment is counted without what went before', () => {
  expect(trafficSince(one, two)).toEqual(one)
  expect(trafficSince(noTraffic, one)).toEqual(one)
})
