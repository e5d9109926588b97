// Opens streams and holds them until its standard input ends. Prints "open" when each has said something.
// Arguments: URL of the server, how many.
import { Agent, request } from 'node:http'

const [url, count] = process.argv.slice(2)
/** How many are being opened at a time: a server that is slow at it must not run into its own deadlines. */
const AT_A_TIME = 32
const agent = new Agent({ maxSockets: Infinity })
const headers = {
  authorization: `Bearer ${process.env.BENCH_TOKEN}`,
  'content-type': 'application/json',
}

function fail(error) {
  console.error(error.message)
  process.exit(1)
}

async function open() {
  const sent = request(`${url}/api/agents/weatherAgent/stream`, { method: 'POST', agent, headers })
  sent.end(JSON.stringify({ messages: 'Say something and wait' }))
  await new Promise((resolve) => {
    sent.on('error', fail)
    sent.on('response', (response) => {
      if (response.statusCode !== 200)
        fail(new Error(`A stream has the status ${response.statusCode}.`))
      let text = ''
      response.setEncoding('utf8').on('data', (piece) => {
        text += piece
        if (text.includes('It is')) resolve()
      })
      response.on('end', () => fail(new Error('A stream ended.')))
      response.on('error', fail)
    })
  })
}

let left = Number(count)
async function openSome() {
  while (left-- > 0) await open()
}
await Promise.all(Array.from({ length: AT_A_TIME }, openSome))
console.log('open')
process.stdin.resume().on('end', () => process.exit(0))
