import { afterEach, describe, expect, test } from 'vitest'
import { forEachLimited, jsonClient } from '../../../playbooks/hash-collision/sample-client.ts'
import { insertSampleData, sampleData } from '../../../playbooks/hash-collision/sample-data.ts'
import { fakeServices } from './fake-services.ts'
import type { FakeServices } from './fake-services.ts'

const ID = /^[A-Za-z0-9][\w.-]{0,63}$/

describe('the sample data', () => {
  const { users, questions, answers } = sampleData()

  test('has 20 users, 50 questions and 100 answers', () => {
    expect([users.length, questions.length, answers.length]).toEqual([20, 50, 100])
  })

  test.each([
    ['users', users.map(({ id }) => id)],
    ['names of users', users.map(({ name }) => name.toLowerCase())],
    ['questions', questions.map(({ id }) => id)],
    ['titles', questions.map(({ title }) => title)],
    ['answers', answers.map(({ question, id }) => `${question}/${id}`)],
  ])('has no two %s alike', (_, keys) => {
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('has keys that the services accept', () => {
    for (const { id } of [...users, ...questions, ...answers]) expect(id).toMatch(ID)
  })

  test('refers only to users and questions that it has', () => {
    const userIds = users.map(({ id }) => id)
    const questionIds = questions.map(({ id }) => id)
    for (const { author } of [...questions, ...answers]) expect(userIds).toContain(author)
    for (const { question } of answers) expect(questionIds).toContain(question)
  })

  test('has text everywhere, within the limits of the services', () => {
    for (const { title, body, tags } of questions) {
      expect(title.length).toBeGreaterThan(0)
      expect(title.length).toBeLessThanOrEqual(200)
      expect(body.length).toBeGreaterThan(0)
      expect(tags.every((tag) => /^\S{1,30}$/.test(tag)) && tags.length <= 5).toBe(true)
    }
    for (const { body } of answers) expect(body.length).toBeGreaterThan(0)
    for (const { name, about } of users) expect(Math.min(name.length, about.length)).toBeGreaterThan(0)
  })

  test('answers after the question was asked, and everything has happened already', () => {
    const askedAt = new Map(questions.map(({ id, askedAt }) => [id, Date.parse(askedAt)]))
    for (const { question, answeredAt } of answers) {
      expect(Date.parse(answeredAt)).toBeGreaterThan(askedAt.get(question) ?? Infinity)
      expect(Date.parse(answeredAt)).toBeLessThan(Date.now())
    }
  })

  test('is the same each time', () => {
    expect(sampleData()).toEqual(sampleData())
  })
})

describe('inserting it', () => {
  const running: FakeServices[] = []
  const start = async (...override: Parameters<typeof fakeServices>) => {
    const services = await fakeServices(...override)
    running.push(services)
    return services
  }
  const insert = ({ url }: FakeServices) => insertSampleData({ user: url, qa: `${url}/` })
  const puts = ({ requests }: FakeServices) => requests.filter((line) => line.startsWith('PUT '))

  afterEach(async () => {
    for (const services of running.splice(0)) await services.close()
  })

  test('puts everything the first time, in the order that references need, few at once', async () => {
    const services = await start()
    expect(await insert(services)).toEqual({ inserted: 170, unchanged: 0 })
    expect(services.stored.size).toBe(170)
    expect(services.mostAtOnce()).toBeLessThanOrEqual(8)
  })

  test('only asks the second time', async () => {
    const services = await start()
    await insert(services)
    services.requests.length = 0
    expect(await insert(services)).toEqual({ inserted: 0, unchanged: 170 })
    expect(services.requests.toSorted()).toEqual(['GET /questions?answers=true', 'GET /users'])
  })

  test('puts again what is missing or different, and leaves the rest and what is not its own', async () => {
    const services = await start()
    await insert(services)
    services.requests.length = 0
    services.stored.delete('/users/ada')
    services.stored.set('/questions/it-is-dns', { title: 'It is not DNS' })
    services.stored.set('/questions/own', { title: 'Asked by a person' })
    expect(await insert(services)).toEqual({ inserted: 2, unchanged: 168 })
    expect(puts(services).toSorted()).toEqual(['PUT /questions/it-is-dns', 'PUT /users/ada'])
    expect(services.stored.get('/questions/own')).toEqual({ title: 'Asked by a person' })
  })

  test('a refusal names the request, the status and what the service said, and nothing more is sent', async () => {
    const refuse = (line: string) =>
      line === 'PUT /users/ines' ? { status: 409, body: { error: 'the name is taken' } } : undefined
    const services = await start(refuse)
    await expect(insert(services)).rejects.toThrow(
      `PUT ${services.url}/users/ines: the service answered 409: {"error":"the name is taken"}`,
    )
    expect(puts(services).length).toBeLessThan(20)
  })

  test('an answer that is not JSON is an error', async () => {
    const services = await start(() => ({ status: 200, body: '<html>' }))
    await expect(insert(services)).rejects.toThrow('the service did not answer JSON: <html>')
  })

  test('a service that is not there is an error that names it', async () => {
    const services = await start()
    await services.close()
    await expect(insert(services)).rejects.toThrow(/sample data: GET http:.*ECONNREFUSED/)
  })

  test('a request without an answer ends at its time limit', async () => {
    const services = await start(() => 'never')
    const client = jsonClient(50)
    await expect(client.get(`${services.url}/users`)).rejects.toThrow('no answer within 50 ms')
    client.close()
  })
})

test('limited work begins nothing after a failure', async () => {
  const begun: number[] = []
  const work = async (item: number) => {
    begun.push(item)
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (item === 2) throw new Error('two')
  }
  await expect(forEachLimited(2, [1, 2, 3, 4, 5, 6], work)).rejects.toThrow('two')
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(begun.length).toBeLessThanOrEqual(3)
})
