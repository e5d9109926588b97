// An agent server of somebody else: it answers questions, and remembers them by whatever owner a request names.
import express from 'express'

const answers = new Map([
  ['librarian', 'The library is open until 8.'],
  ['gardener', 'Water the roses at dusk.'],
])

/** @type {{ readonly owner: string, readonly question: string }[]} */
const notes = []

const app = express()
app.use(express.json())

app.post('/assistants/:assistantId/ask', (request, response) => {
  const { owner, question } = request.body
  const answer = answers.get(request.params.assistantId)
  if (answer === undefined) {
    response.status(404).json({ error: 'There is no such assistant.' })
    return
  }
  notes.push({ owner, question })
  response.json({ answer })
})

app.get('/notes', (request, response) => {
  response.json({ notes: notes.filter(({ owner }) => owner === request.query.owner) })
})

app.get('/debug', (_, response) => {
  response.json({ notes })
})

const port = Number(process.env.PORT ?? 4112)
app.listen(port, '127.0.0.1', () => console.log('The agent server listens.'))
