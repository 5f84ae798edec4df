const TIMEOUT_MS = 10_000

/** An answer that is not a success; `status` is 0 where there was no answer at all. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

async function call(method, path, { body, token } = {}) {
  const headers = { Accept: 'application/json' }
  if (body) headers['Content-Type'] = 'application/json'
  if (token) headers.Authorization = `Bearer ${token}`
  let response
  try {
    response = await fetch(`api/${path}`, {
      method,
      headers,
      body: body ? JSON.stringify(body) : undefined,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch {
    throw new ApiError(0, 'The site does not answer. Is the network there?')
  }
  if (response.status === 204) return null
  const answer = await response.json().catch(() => null)
  if (!response.ok)
    throw new ApiError(response.status, answer?.error ?? `The site answered ${response.status}.`)
  return answer
}

const id = encodeURIComponent

export const listUsers = async () => (await call('GET', 'user/users')).users
export const createUser = (user) => call('POST', 'user/users', { body: user })
export const signIn = (credentials) => call('POST', 'auth/sessions', { body: credentials })
export const signOut = (token) => call('DELETE', `auth/sessions/${id(token)}`)
export const listQuestions = async () => (await call('GET', 'qa/questions')).questions
export const getQuestion = (questionId) => call('GET', `qa/questions/${id(questionId)}`)
export const ask = (token, question) => call('POST', 'qa/questions', { token, body: question })
export const answer = (token, questionId, body) =>
  call('POST', `qa/questions/${id(questionId)}/answers`, { token, body: { body } })
export const listServices = () => call('GET', 'qa/services')
