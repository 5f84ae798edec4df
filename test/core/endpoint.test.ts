import { expect, test } from 'vitest'
import { endpointOf, isLoopback } from '../../src/core/endpoint.ts'

test.each([
  ['http', '10.0.0.5', 'http://10.0.0.5:80'],
  ['https-admin', '10.0.0.5', 'https://10.0.0.5:80'],
  ['amqp', '10.0.0.5', 'tcp://10.0.0.5:80'],
  ['own-http', '10.0.0.5', 'tcp://10.0.0.5:80'],
  ['http', 'fd00::5', 'http://[fd00::5]:80'],
])('port %s of %s is at %s', (name, host, url) => {
  expect(endpointOf(name, host, { port: 80, protocol: 'tcp' })).toEqual({ host, port: 80, url })
})

test.each([['dns'], ['http']])('UDP port %s is told to be one', (name) => {
  expect(endpointOf(name, '10.0.0.5', { port: 53, protocol: 'udp' }).url).toBe('udp://10.0.0.5:53')
})

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.9.8.7', true],
  ['::1', true],
  ['127.0.0.1.example.org', false],
  ['10.127.0.1', false],
  ['0.0.0.0', false],
  ['::', false],
])('%s is reached by the machine alone: %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected)
})
