// npm run bench:studio: how long answers take in the chat of the Studio, beside the same stream read by fetch, alone
// and behind 500 messages; the longest task of the page; and how soon Stop is heeded. `--frames DIR` keeps what was
// seen of that, a picture for each sixth frame.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { startServer } from './server.mjs'

const CHROMIUM = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
)
const SIZES = [8000, 32_000, 200_000]
/** Answers that are one block. */
const EXTREMES = ['code 200000', 'paragraph 100000', 'table 200000', 'list 200000', 'quotes 20000']
const PATIENCE_MS = 300_000
const MARK = 'asked'

const { values } = parseArgs({ options: { frames: { type: 'string' } } })

/** How long the raw stream takes, in milliseconds. */
async function readRaw({ url, token }, words) {
  const start = performance.now()
  const response = await fetch(`${url}/api/agents/speaker/stream`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ messages: words }),
  })
  await response.text()
  return performance.now() - start
}

/** Opens a thread with all its messages, in a tab of its own. */
async function openThread(browser, { url, token }, thread, count) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.goto(`${url}/#/agents/speaker?thread=${thread}`)
  await page.getByRole('textbox').first().fill(token)
  await page.keyboard.press('Control+Enter')
  await page
    .locator('form button[type=submit]')
    .first()
    .click({ timeout: 2000 })
    .catch(() => undefined)
  await page.getByLabel('Write a message').waitFor()
  const more = page.getByRole('button', { name: 'Show earlier messages' })
  for (let shown = Math.min(100, count); shown <= count; shown += 100) {
    await page.waitForFunction(
      (wanted) => document.querySelectorAll('article').length >= wanted,
      shown,
    )
    if (shown < count) await more.click()
  }
  return { context, page }
}

/** Asks in the page, and says how long it takes until all of the answer is there. */
async function askInPage(page, words) {
  await page.getByLabel('Write a message').fill(words)
  return await page.evaluate(
    ({ patience, mark }) =>
      new Promise((resolve, reject) => {
        const count = document.querySelectorAll('article').length
        const start = performance.now()
        performance.mark(mark)
        const look = () => {
          const ms = performance.now() - start
          const articles = document.querySelectorAll('article')
          const last = articles[articles.length - 1]
          const isWhole =
            articles.length >= count + 2 &&
            last.querySelector('footer') &&
            last.textContent.includes('The end.')
          if (ms > patience) reject(new Error('The answer did not come to its end.'))
          else if (isWhole) resolve(ms)
          else requestAnimationFrame(look)
        }
        document.querySelector('form button[type=submit]').click()
        look()
      }),
    { patience: PATIENCE_MS, mark: MARK },
  )
}

/**
 * The longest task of the page since it was asked, by the clock, and the one that kept the processor longest: on a machine
 * that does other things too, a task waits for the processor.
 */
function longestTasks(trace) {
  const { traceEvents } = JSON.parse(trace.toString())
  const asked = traceEvents.find(({ name }) => name === MARK)
  const tasks = traceEvents.filter(
    ({ name, pid, tid, ts }) =>
      name.endsWith('RunTask') && pid === asked.pid && tid === asked.tid && ts > asked.ts,
  )
  const longest = (member) => Math.max(...tasks.map((task) => task[member] ?? 0)) / 1000
  return { clockMs: longest('dur'), processorMs: longest('tdur') }
}

/** Keeps each frame of a page that is drawn from now on, named by the milliseconds since then. */
async function recordFrames(page, directory) {
  mkdirSync(directory, { recursive: true })
  const session = await page.context().newCDPSession(page)
  let start
  session.on('Page.screencastFrame', ({ data, metadata, sessionId }) => {
    start ??= metadata.timestamp
    const ms = String(Math.round((metadata.timestamp - start) * 1000)).padStart(5, '0')
    writeFileSync(join(directory, `${ms}.png`), Buffer.from(data, 'base64'))
    void session.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined)
  })
  await session.send('Page.startScreencast', { format: 'png', everyNthFrame: 6 })
}

/** Stops an answer that pours in, and says how many frames later that is shown. */
async function stopInPage(page) {
  if (values.frames !== undefined) await recordFrames(page, values.frames)
  await page.getByLabel('Write a message').fill('endless')
  await page.keyboard.press('Enter')
  await page.waitForTimeout(1500)
  const frames = page.evaluate(
    () =>
      new Promise((resolve) => {
        document.addEventListener('click', () => {
          let count = 0
          const start = performance.now()
          const look = () => {
            count += 1
            if (document.body.innerText.includes('You stopped'))
              resolve({ count, ms: performance.now() - start })
            else requestAnimationFrame(look)
          }
          requestAnimationFrame(look)
        })
      }),
  )
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  const stopped = await frames
  await page.waitForTimeout(1000)
  return stopped
}

/** Measures one answer behind so many messages, and prints its row. */
async function measure(browser, server, words, count) {
  const raw = await readRaw(server, words)
  const thread = `${words}-${count}`.replaceAll(' ', '-')
  await server.fillThread(thread, count, 2000)
  const { context, page } = await openThread(browser, server, thread, count)
  await browser.startTracing(page, { categories: ['toplevel', 'blink.user_timing'] })
  const studio = await askInPage(page, words)
  // What the page does once the answer is whole counts too: colours of code, the list of threads.
  await page.waitForTimeout(500)
  const { clockMs, processorMs } = longestTasks(await browser.stopTracing())
  await context.close()
  const cells = [words, count, ...[raw, studio, clockMs, processorMs].map(Math.round)]
  console.log(`| ${cells.join(' | ')} |`)
}

const server = await startServer()
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
})
try {
  console.log(
    '| answer | messages before | raw stream, ms | Studio, ms | longest task, ms | of it on the processor |',
  )
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
  for (const count of [0, 500]) {
    for (const length of SIZES) await measure(browser, server, `report ${length}`, count)
  }
  for (const words of EXTREMES) await measure(browser, server, words, 0)
  await server.fillThread('stop', 80, 4000)
  const { context, page } = await openThread(browser, server, 'stop', 80)
  const stopped = await stopInPage(page)
  await context.close()
  console.log(
    `\nStop was shown ${stopped.count} frames, ${Math.round(stopped.ms)} ms after the click.`,
  )
} finally {
  await browser.close()
  await server.stop()
}
