import { watch } from './alive.js'
import { byId, element } from './dom.js'
import { showAskForm, showQuestion } from './question.js'
import { showQuestions } from './questions.js'
import { show as showSession } from './session.js'

/** The part of the page that the address names: #/ the list, #/ask the form, #/q/ID one question. */
function view(hash) {
  if (hash === '#/ask') return showAskForm
  const question = /^#\/q\/([^/]+)$/.exec(hash)
  if (question) return (content) => showQuestion(content, decodeURIComponent(question[1]))
  return showQuestions
}

let latest

async function open() {
  const content = element('div')
  const notice = byId('notice')
  latest = content
  let problem = null
  try {
    await view(location.hash)(content)
  } catch (error) {
    problem = error
  }
  // Whoever goes on before this one has come must not be thrown back to it.
  if (latest !== content) return
  byId('content').replaceChildren(content)
  notice.textContent = problem?.message ?? ''
  notice.hidden = !problem
}

addEventListener('hashchange', async () => {
  await open()
  scrollTo(0, 0)
  byId('content').focus()
})
showSession()
await Promise.all([open(), watch()])
