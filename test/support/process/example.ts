import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { FixtureCopies } from './fixture.js'
import { PastedCommands } from './pasted-commands.js'
import { ROOT } from './root.js'
import { SignetProcesses } from './server-process.js'

/** What a person has made in the folder of an example. */
const MADE = new Set(['.env', '.signet', 'node_modules'])

/** Ids of requests differ from one answer to the next; the page has an ellipsis instead. */
const REQUEST_ID = /("requestId":")[^"]+/g

/** Replaces each of some texts, in one pass: what is put in is not looked at again. */
function replaceAll(text: string, replaced: Readonly<Record<string, string>>): string {
  const anyOf = new RegExp(Object.keys(replaced).join('|').replaceAll('.', '\\.'), 'g')
  return text.replace(anyOf, (found) => replaced[found] ?? found)
}

/** The parts of the README of an example. */
interface ExamplePage {
  /** One block for each terminal, in their order. The last line of a block runs until it is stopped. */
  readonly start: readonly string[]
  readonly ask: string
  readonly seen: string
}

function readPage(name: string, replace: (text: string) => string): ExamplePage {
  const page = readFileSync(join(ROOT, 'examples', name, 'README.md'), 'utf8')
  const blocks = (heading: string, language: string) => {
    const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
    const found = section.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))
    return [...found].map(([, code = '']) => replace(code))
  }
  return {
    start: blocks('Start', 'bash'),
    ask: blocks('Ask', 'bash').join('\n'),
    seen: blocks('What you see', 'text').join('\n'),
  }
}

/** What is different here from what the page of an example says, such as ports, which may be taken. */
interface ExamplePlace {
  /** What the page says, and what stands for it here. */
  readonly replaced: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
}

/** What an example printed, and what its page says that it prints. */
export interface ExampleRun {
  readonly printed: string
  readonly seen: string
}

/** Examples, each in a copy of its own, which run until they are stopped. */
export class Examples {
  readonly #copies = new FixtureCopies()
  readonly #processes = new SignetProcesses()

  /**
   * Starts an example as its README says, asks it as its README says, and tells what came of it.
   *
   * @param ready - what each terminal of its start shows once it is ready, in their order
   */
  async run(name: string, ready: readonly RegExp[], place: ExamplePlace): Promise<ExampleRun> {
    const { start, ask, seen } = readPage(name, (text) => replaceAll(text, place.replaced))
    if (start.length !== ready.length) throw new Error(`${name} has ${start.length} terminals.`)
    const folder = this.#copies.makeFolder()
    const commands = new PastedCommands(folder, place.env)
    mkdirSync(join(folder, 'examples'))
    cpSync(join(ROOT, 'examples', name), join(folder, 'examples', name), {
      recursive: true,
      filter: (path) => !MADE.has(basename(path)),
    })
    for (const [index, block] of start.entries()) {
      const lines = block.trimEnd().split('\n')
      const last = lines.pop() ?? ''
      await this.#paste(commands, lines.join('\n'))
      const server = this.#processes.spawn([`exec ${last}`], {
        cwd: folder,
        env: commands.env,
        command: ['bash', '-c'],
      })
      await server.waitFor(ready[index] ?? /^$/)
    }
    const printed = await this.#paste(commands, ask)
    return { printed: printed.replaceAll(REQUEST_ID, '$1…'), seen }
  }

  async #paste(commands: PastedCommands, code: string): Promise<string> {
    const { code: status, stdout, stderr } = await commands.run(code)
    if (status === 0) return stdout
    throw new Error(`bash ended with ${status}:\n${code}\n${stdout}${stderr}`)
  }

  /** Ends every process, and removes every copy. */
  async stop(): Promise<void> {
    await this.#processes.kill()
    this.#copies.remove()
  }
}
