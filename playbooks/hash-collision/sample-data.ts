import { QUESTIONS, USERS } from './sample-content.ts'
import { forEachLimited, jsonClient } from './sample-client.ts'
import type { JsonClient } from './sample-client.ts'

export type SampleUser = { id: string; name: string; about: string }
export type SampleQuestion = {
  id: string
  title: string
  body: string
  author: string
  tags: string[]
  askedAt: string
}
/** `question` is the key of the question; the answer's own key is unique within it. */
export type SampleAnswer = { id: string; question: string; body: string; author: string; answeredAt: string }
export type SampleData = { users: SampleUser[]; questions: SampleQuestion[]; answers: SampleAnswer[] }

const FIRST_QUESTION = Date.parse('2025-01-06T08:00:00Z')
const HOUR_MS = 3_600_000
/** More requests at once than the services have threads would only wait there. */
const IN_FLIGHT = 8
const TIMEOUT_MS = 5_000

/** The same 20 users, 50 questions and 100 answers each time, by the same keys. */
export const sampleData = (): SampleData => {
  const questions: SampleQuestion[] = []
  const answers: SampleAnswer[] = []
  for (const block of QUESTIONS.trim().split(/^## /m).slice(1)) {
    const [head = '', body = '', ...replies] = block.trimEnd().split('\n')
    const [id = '', author = '', tags = '', title = ''] = head.split(' | ')
    // About one question a week, its answers within hours: the page then has something to sort by.
    const asked = FIRST_QUESTION + questions.length * 163 * HOUR_MS
    questions.push({ id, title, body, author, tags: tags.split(' '), askedAt: isoTime(asked) })
    replies.forEach((reply, index) => {
      const [, answerer = '', text = ''] = /^> (\w+): (.*)$/.exec(reply) ?? []
      const answered = asked + (index + 1) * 5 * HOUR_MS
      answers.push({
        id: `a${index + 1}`,
        question: id,
        body: text,
        author: answerer,
        answeredAt: isoTime(answered),
      })
    })
  }
  return { users: USERS.trim().split('\n').map(userOf), questions, answers }
}

/**
 * Makes sure that the sample data is there: asks what is, then puts only what is missing or different, so a second call
 * costs two requests. Other data is left alone.
 *
 * @param services base URLs of the services, such as `http://192.168.60.3:7000`
 * @returns how many users, questions and answers were put and how many were as they should be
 * @throws Error naming the request when a service cannot be reached, is too slow or refuses
 */
export const insertSampleData = async (services: {
  user: string
  qa: string
}): Promise<{ inserted: number; unchanged: number }> => {
  const client = jsonClient(TIMEOUT_MS)
  try {
    const there = await recordsThere(client, services)
    const { users, questions, answers } = sampleData()
    const isMissing = (record: Wanted) => !isSame(there.get(record.url), record.body)
    const first = [
      ...users.map((user) => userRecord(services, user)),
      ...questions.map((question) => questionRecord(services, question)),
    ]
    const second = answers.map((answer) => answerRecord(services, answer))
    const missing = [first.filter(isMissing), second.filter(isMissing)]
    // Answers after their questions; within each half the order does not matter.
    for (const records of missing)
      await forEachLimited(IN_FLIGHT, records, ({ url, body }) => client.put(url, body))
    const inserted = missing.flat().length
    return { inserted, unchanged: first.length + second.length - inserted }
  } finally {
    client.close()
  }
}

type Body = { [name: string]: unknown }
type Wanted = { url: string; body: Body }
type Services = { user: string; qa: string }

const isoTime = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')

const userOf = (line: string): SampleUser => {
  const [id = '', name = '', about = ''] = line.split(' | ')
  return { id, name, about }
}

const join = (base: string, ...path: string[]) => [base.replace(/\/+$/, ''), ...path].join('/')

const userRecord = ({ user }: Services, { id, ...body }: SampleUser): Wanted => ({
  url: join(user, 'users', id),
  body,
})

const questionRecord = ({ qa }: Services, { id, ...body }: SampleQuestion): Wanted => ({
  url: join(qa, 'questions', id),
  body,
})

const answerRecord = ({ qa }: Services, { id, question, ...body }: SampleAnswer): Wanted => ({
  url: join(qa, 'questions', question, 'answers', id),
  body,
})

/** Everything that the services have, by the URL that it would be put to. */
const recordsThere = async (client: JsonClient, services: Services): Promise<Map<string, Body>> => {
  const [users, questions] = await Promise.all([
    client.get(join(services.user, 'users')),
    client.get(join(services.qa, 'questions?answers=true')),
  ])
  const there = new Map<string, Body>()
  for (const user of listIn(users, 'users')) there.set(join(services.user, 'users', idOf(user)), user)
  for (const question of listIn(questions, 'questions')) {
    const url = join(services.qa, 'questions', idOf(question))
    there.set(url, question)
    for (const answer of listIn(question, 'answers')) there.set(join(url, 'answers', idOf(answer)), answer)
  }
  return there
}

const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null

const listIn = (value: unknown, name: string): Body[] => {
  const list = isBody(value) ? value[name] : undefined
  return Array.isArray(list) ? list.filter(isBody) : []
}

const idOf = (body: Body) => String(body['id'])

/** Whether what is there has all the wanted fields with the wanted values; it may have more. */
const isSame = (there: Body | undefined, wanted: Body) =>
  there !== undefined &&
  Object.entries(wanted).every(([name, value]) => JSON.stringify(there[name]) === JSON.stringify(value))
