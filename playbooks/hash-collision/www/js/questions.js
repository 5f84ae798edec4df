import { listQuestions } from './api.js'
import { ago, byId, element } from './dom.js'
import { loadUsers, nameOf } from './users.js'

/** What the reader looks for; kept while questions are opened and left again. */
const wanted = { text: '', tag: null }

function matches(question) {
  const text =
    `${question.title} ${question.body} ${nameOf(question.author)} ${question.tags.join(' ')}`.toLowerCase()
  const tagged = !wanted.tag || question.tags.includes(wanted.tag)
  return (
    tagged &&
    wanted.text
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.includes(word))
  )
}

export const tagList = (tags) =>
  element('span', { class: 'tags' }, ...tags.map((tag) => element('span', { class: 'tag' }, tag)))

function card(question) {
  const { answerCount } = question
  return element(
    'li',
    { class: 'card question' },
    element(
      'div',
      { class: answerCount ? 'count answered' : 'count' },
      element('strong', {}, String(answerCount)),
      answerCount === 1 ? 'answer' : 'answers',
    ),
    element(
      'div',
      {},
      element('h3', {}, element('a', { href: `#/q/${encodeURIComponent(question.id)}` }, question.title)),
      element('p', { class: 'excerpt' }, question.body),
      element(
        'div',
        { class: 'meta' },
        tagList(question.tags),
        nameOf(question.author),
        ago(question.askedAt),
      ),
    ),
  )
}

function tagButtons(questions, update) {
  const counts = new Map()
  for (const tag of questions.flatMap((question) => question.tags))
    counts.set(tag, (counts.get(tag) ?? 0) + 1)
  const byUse = [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b)).slice(0, 24)
  return byUse.map(([tag, count]) => {
    const click = () => {
      wanted.tag = wanted.tag === tag ? null : tag
      update()
      location.hash = '#/'
    }
    return element(
      'button',
      { class: 'tag', type: 'button', 'aria-pressed': String(wanted.tag === tag), on: { click } },
      `${tag} ${count}`,
    )
  })
}

/** All questions, with a search and the tags as filters. */
export async function showQuestions(content) {
  const [questions] = await Promise.all([listQuestions(), loadUsers()])
  const list = element('ul', { class: 'questions' })
  const found = element('p', { class: 'hint', role: 'status' })
  const update = () => {
    const hits = questions.filter(matches)
    found.textContent =
      hits.length === questions.length
        ? `${hits.length} questions`
        : `${hits.length} of ${questions.length} questions`
    list.replaceChildren(...hits.map(card))
    byId('tags').replaceChildren(...tagButtons(questions, update))
  }
  const input = (event) => {
    wanted.text = event.target.value
    update()
  }
  const search = element('input', {
    type: 'search',
    value: wanted.text,
    placeholder: 'Search the questions',
    'aria-label': 'Search the questions',
    on: { input },
  })
  const askButton = element(
    'button',
    { class: 'primary', type: 'button', on: { click: () => (location.hash = '#/ask') } },
    'Ask a question',
  )
  update()
  content.replaceChildren(element('div', { class: 'bar' }, search, askButton), found, list)
}
