import * as api from './api.js'
import { ago, element, field, form } from './dom.js'
import { tagList } from './questions.js'
import { asUser } from './session.js'
import { loadUsers, nameOf } from './users.js'

const MAX_TEXT = 4_000
const back = () => element('a', { class: 'back', href: '#/' }, '← All questions')

function answerCard(answer) {
  return element(
    'article',
    { class: 'card answer' },
    element('p', { class: 'text' }, answer.body),
    element('div', { class: 'meta' }, nameOf(answer.author), ago(answer.answeredAt)),
  )
}

/** One question, its answers, and the form for one's own. */
export async function showQuestion(content, questionId) {
  const [question] = await Promise.all([api.getQuestion(questionId), loadUsers()])
  const submit = async ({ body }) => {
    await asUser((token) => api.answer(token, questionId, body))
    await showQuestion(content, questionId)
  }
  const { answers } = question
  content.replaceChildren(
    back(),
    element(
      'article',
      { class: 'card' },
      element('h1', {}, question.title),
      element('p', { class: 'text' }, question.body),
      element(
        'div',
        { class: 'meta' },
        tagList(question.tags),
        nameOf(question.author),
        ago(question.askedAt),
      ),
    ),
    element('h2', { class: 'subhead' }, answers.length === 1 ? '1 answer' : `${answers.length} answers`),
    ...answers.map(answerCard),
    element(
      'section',
      { class: 'card' },
      form(
        { submit, button: 'Answer' },
        field('textarea', { name: 'body', label: 'Your answer', required: true, maxLength: MAX_TEXT }),
      ),
    ),
  )
}

/** The form for a new question. */
export function showAskForm(content) {
  const submit = async ({ title, body, tags }) => {
    const question = {
      title,
      body,
      tags: tags
        .toLowerCase()
        .split(/[\s,]+/)
        .filter(Boolean),
    }
    const asked = await asUser((token) => api.ask(token, question))
    location.hash = `#/q/${encodeURIComponent(asked.id)}`
  }
  content.replaceChildren(
    back(),
    element(
      'section',
      { class: 'card' },
      element('h1', {}, 'Ask a question'),
      form(
        { submit, button: 'Ask', cancel: () => (location.hash = '#/') },
        field('input', { name: 'title', label: 'In one line', required: true, maxLength: 200 }),
        field('textarea', {
          name: 'body',
          label: 'What happens, and what should',
          required: true,
          maxLength: MAX_TEXT,
        }),
        field('input', { name: 'tags', label: 'Tags', hint: 'Up to five words, like: java threads' }),
      ),
    ),
  )
}
