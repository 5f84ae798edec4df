import { spawnSync } from 'node:child_process'
import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import {
  checkBoxName,
  isAtWork,
  newPublisherName,
  newStoreName,
  ownBaker,
  publisherOf,
} from '../../src/boxes/names.ts'

const now = Date.UTC(2026, 0, 1)
const minute = 60_000
const ended = spawnSync('true').pid

describe('whoever bakes', () => {
  it.each([
    ['this process', ownBaker(), 0, true],
    ['a process of this machine that ended', `${hostname()}:${ended}`, 0, false],
    ['this process, after hours', ownBaker(), 120, false],
    ['a process of another machine', 'elsewhere:1', 30, true],
    ['a process of another machine, after hours', 'elsewhere:1', 90, false],
    ['nobody', undefined, 0, false],
    ['something without a number', hostname(), 0, true],
  ])('%s is at work: %4$s', (_, baker, minutes, expected) => {
    expect(isAtWork(baker, now - minutes * minute, now)).toBe(expected)
  })
})

it('a container that a box’s image is made of tells by its name who is at it', () => {
  expect(publisherOf(`/${newPublisherName()}`)).toBe(ownBaker())
  expect(newPublisherName()).not.toBe(newPublisherName())
})

describe('names of boxes', () => {
  it.each(['coreos', 'a', 'core-os-2'])('%s is one', (name) => expect(() => checkBoxName(name)).not.toThrow())

  it.each(['', 'Core', '-a', 'a-', 'a--b', 'a b', 'a/b', 'ä', 'x'.repeat(41)])('%j is none', (name) =>
    expect(() => checkBoxName(name)).toThrow(expect.objectContaining({ code: 'playbook' })),
  )

  it('give stores names that are new each time', () => {
    expect(newStoreName('coreos', 'abc')).not.toBe(newStoreName('coreos', 'abc'))
  })
})
